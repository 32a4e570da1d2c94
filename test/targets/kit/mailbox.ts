interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly sentAt: number
}

export interface Mailbox {
  send(mail: Mail): void
  /** Mail to one address, oldest first. */
  to(address: string): readonly Mail[]
}

/** Keeps what a system would have sent, so that a journey can read its mail. */
export function createMailbox(most = 1_000): Mailbox {
  const mails: Mail[] = []
  return {
    send(mail) {
      mails.push(mail)
      if (mails.length > most) mails.shift()
    },
    to: address => mails.filter(mail => mail.to === address),
  }
}
