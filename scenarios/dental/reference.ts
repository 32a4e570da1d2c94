/** What the reference system has and a real one has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7140',
  plain: 'http://127.0.0.1:7141',
  https: 'https://127.0.0.1:7142',
  instance1: 'http://127.0.0.1:7144',
  instance2: 'http://127.0.0.1:7145',
  instance3: 'http://127.0.0.1:7146',
} as const

/** An access token that ran out on 1 January 2026, of a session that lasts. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsYXN0aW5nIiwidXNlIjoiYWNjZXNzIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjY1MDB9.SlSPeHWwroPZx1UA5MAYsPLP8cauDQMm291kwloqL6o'

/** An access token that is good for long, of a session that was left long ago. */
export const referenceIdleToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsZWZ0IiwidXNlIjoiYWNjZXNzIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjIzOTgzNzc2MDB9.UlsOumqiIo-vtserkIHi6Zl0eqHGeAulkp2qKTdn7uA'
