/** What the reference system has and a real shop has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7105',
  plain: 'http://127.0.0.1:7106',
  https: 'https://127.0.0.1:7107',
  mailbox: 'http://127.0.0.1:7108/mailbox',
  names: 'tcp://127.0.0.1:7109',
  edge: 'http://127.0.0.1:7160',
} as const

/** An access token of monitor-1 that ran out on 1 January 2026. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtb25pdG9yLTEiLCJ1c2UiOiJhY2Nlc3MiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjUwMH0.gQBu4Ezr33i52zh9jresuW9Vg3ph2Zfv3ZJC5LhXwbM'
