/** What one rule says of a page. */
export interface Finding {
  /** Of the rule: `content-security-policy`. */
  readonly rule: string
  /** Points given or taken. */
  readonly modifier: number
  readonly text: string
}

export const finding = (rule: string, modifier: number, text: string): Finding => ({ rule, modifier, text })
