import type { APIResponse } from 'playwright/test'
import { expect } from './test.ts'

/** An error in the form of RFC 9457. */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

/** The body of an answer that must be an error of this form, under its content type. */
export async function problemOf(response: APIResponse): Promise<ProblemDetails> {
  const type = response.headers()['content-type'] ?? 'none'
  expect(type, `content type of ${response.url()} (${response.status()})`).toMatch(/^application\/problem\+json\b/)
  const problem = await response.json()
  expect(problem, `body of ${response.url()} (${response.status()})`).toMatchObject({
    type: expect.any(String),
    title: expect.stringMatching(/./),
    status: expect.any(Number),
    detail: expect.any(String),
  })
  return problem
}
