/** The lines that our reporter writes, one JSON object each, on a pipe to the supervisor. Times are epoch milliseconds, durations milliseconds. */

export interface ListedTest {
  readonly id: string
  readonly project: string
  readonly file: string
  readonly line: number
  /** Titles of the describe blocks and of the test. */
  readonly titles: readonly string[]
  readonly tags: readonly string[]
  readonly annotations: readonly { readonly type: string; readonly description?: string }[]
  readonly timeout: number
  readonly skipped: boolean
}

export interface ListedProject {
  readonly name: string
  readonly dependencies: readonly string[]
  readonly teardown?: string
  readonly browserName: string
  readonly channel?: string
  /** True when the project connects to a browser of its own. */
  readonly connects: boolean
  /** Options of the launch that can be written as JSON. */
  readonly launchOptions: Readonly<Record<string, unknown>>
}

export interface ReportedError {
  /** ANSI codes stripped. */
  readonly message: string
  /** The code frame. */
  readonly snippet?: string
  readonly stack?: string
  /** `file:line`. */
  readonly at?: string
}

export interface ReportedStep {
  readonly title: string
  readonly category: string
  readonly startedAt: number
  readonly duration: number
  readonly error?: string
  readonly steps?: readonly ReportedStep[]
}

export interface ReportedAttachment {
  readonly name: string
  readonly contentType: string
  readonly path?: string
  /** Base64. */
  readonly body?: string
}

export interface BeginLine {
  readonly type: 'begin'
  readonly version: string
  readonly rootDir: string
  readonly webServer: boolean
  readonly projects: readonly ListedProject[]
  readonly tests: readonly ListedTest[]
}

export interface TestBeginLine {
  readonly type: 'testBegin'
  readonly id: string
  readonly retry: number
  readonly timeout: number
}

export interface TestEndLine {
  readonly type: 'testEnd'
  readonly id: string
  readonly project: string
  readonly title: string
  readonly retry: number
  /** Whether no further attempt follows. */
  readonly final: boolean
  readonly status: 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted'
  readonly expected: 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted'
  readonly startedAt: number
  readonly duration: number
  readonly annotations: readonly { readonly type: string; readonly description?: string }[]
  readonly errors: readonly ReportedError[]
  readonly steps: readonly ReportedStep[]
  readonly attachments: readonly ReportedAttachment[]
}

export interface ErrorLine {
  readonly type: 'error'
  readonly error: ReportedError
}

export interface EndLine {
  readonly type: 'end'
  readonly status: string
}

export type ReportLine = BeginLine | TestBeginLine | TestEndLine | ErrorLine | EndLine
