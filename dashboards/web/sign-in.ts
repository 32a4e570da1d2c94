/** The page on which people say who they are. */

import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'

export interface SignInData {
  /** Where it goes on. */
  readonly next: string
  readonly hasPeople: boolean
  /** Reading needs no sign-in. */
  readonly free: boolean
  /** Who is signed in already. */
  readonly asker?: { readonly name: string; readonly as: string }
  /** Why the last try did not succeed, as a sentence. */
  readonly wrong?: string
  /** What stood in the form. */
  readonly name?: string
  readonly byToken?: boolean
}

export function signInPage(data: SignInData): Page {
  const { hasPeople, free, asker } = data
  return {
    title: 'Sign in',
    main: html`<h1>Sign in</h1>
${asker === undefined ? '' : html`<p>You are signed in already: ${asker.name}, ${asker.as}.</p>`}
<p>${
      free
        ? 'Looking is free. What changes something, such as running a check now, needs a sign-in, and is signed with your name.'
        : 'What is watched here is for those who are signed in. What you change is signed with your name.'
    }</p>
${hasPeople ? passwordForm(data) : ''}
${hasPeople ? html`<details class="otherwise"${data.byToken ? html` open` : ''}><summary>With the token instead</summary>${tokenForm(data)}</details>` : tokenForm(data)}`,
  }
}

const passwordForm = ({ next, wrong, name = '', byToken }: SignInData): Content => {
  const trouble = byToken ? undefined : wrong
  return html`<form method="post" action="/sign-in" class="stack">
<input type="hidden" name="next" value="${next}">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" value="${name}" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${about('wrong', trouble)}>
${said('wrong', trouble)}
<button class="primary">Sign in</button>
</form>`
}

const tokenForm = ({ next, wrong, byToken, hasPeople }: SignInData): Content => {
  const trouble = byToken ? wrong : undefined
  return html`<p>Vedette prints its token at its first start and keeps it in the file <code>token</code> of its data folder, unless <code>VEDETTE_TOKEN</code> gives it.${
    hasPeople
      ? ''
      : html` There are no people yet: <code>vedette people add &lt;name&gt; --role admin</code> makes the first, who then signs in with a password.`
  }</p>
<form method="post" action="/sign-in" class="stack">
<input type="hidden" name="next" value="${next}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="off" required${about('wrong-token', trouble)}>
${said('wrong-token', trouble)}
<button>Sign in with the token</button>
</form>`
}

const about = (id: string, trouble: string | undefined): Content =>
  trouble === undefined ? '' : html` aria-invalid="true" aria-describedby="${id}"`
const said = (id: string, trouble: string | undefined): Content =>
  trouble === undefined ? '' : html`<p id="${id}" class="wrong" role="alert">${trouble}</p>`
