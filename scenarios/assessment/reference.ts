/** What the reference system has and a real platform has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7130',
  plain: 'http://127.0.0.1:7131',
  https: 'https://127.0.0.1:7132',
  blue: 'http://127.0.0.1:7134',
  green: 'http://127.0.0.1:7135',
} as const

/** An access token of monitor-1 that ran out on 1 January 2026. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtb25pdG9yLTEiLCJ1c2UiOiJhY2Nlc3MiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjUwMH0.HvOUBL0UgTNcQd-F6L0ufq4pXQ0XYSj047bcngOZepc'
