import { z } from 'zod'
import { checkOptions } from '../../runner/config/check.ts'
import { configurationOptions } from '../../runner/config/configuration.ts'
import { heartbeatOptions } from '../../runner/config/heartbeat.ts'
import { loadOptions } from '../../runner/config/load.ts'
import { objectiveOptions } from '../../runner/config/objective.ts'
import { playwrightOptions } from '../../runner/config/playwright.ts'
import { optionTable } from '../../runner/config/reference.ts'
import { systemOptions } from '../../runner/config/system.ts'
import { alertmanagerOptions } from '../../runner/notifiers/alertmanager.ts'
import { emailOptions } from '../../runner/notifiers/email.ts'
import { grafanaOptions } from '../../runner/notifiers/grafana.ts'
import { ntfyOptions } from '../../runner/notifiers/ntfy.ts'
import { pagerdutyOptions } from '../../runner/notifiers/pagerduty.ts'
import { commonFields } from '../../runner/notifiers/parts/options.ts'
import { slackOptions } from '../../runner/notifiers/slack.ts'
import { webhookOptions } from '../../runner/notifiers/webhook.ts'
import { dnsOptions } from '../../runner/probes/dns.ts'
import { headersOptions } from '../../runner/probes/headers.ts'
import { httpOptions } from '../../runner/probes/http.ts'
import { pingOptions } from '../../runner/probes/ping.ts'
import { tcpOptions } from '../../runner/probes/tcp.ts'
import { tlsOptions } from '../../runner/probes/tls.ts'
import { websocketOptions } from '../../runner/probes/websocket.ts'

const [from, to] = ['<!-- options -->', '<!-- /options -->']

/** What all notifiers take is told once. */
function notifierTables(): readonly string[] {
  const own = [
    ['slack', slackOptions],
    ['email', emailOptions],
    ['webhook', webhookOptions],
    ['pagerduty', pagerdutyOptions],
    ['alertmanager', alertmanagerOptions],
    ['ntfy', ntfyOptions],
    ['grafana', grafanaOptions],
  ] as const
  const ownOnly = ({ shape }: z.ZodObject) =>
    z.strictObject(Object.fromEntries(Object.entries(shape).filter(([name]) => !(name in commonFields))))
  return [
    ...own.map(([name, schema]) => optionTable(`${name}({ … })`, ownOnly(schema))),
    optionTable('any notifier({ … })', z.strictObject(commonFields)),
  ]
}

/** The README with its option reference as the schemas say it now. */
export function withOptions(readme: string): string {
  const reference = [
    optionTable('defineConfig({ … })', configurationOptions),
    optionTable('defineSystem(id, folder?, { … })', systemOptions),
    optionTable('check(id, { … })', checkOptions),
    optionTable('http(path, { … })', httpOptions),
    optionTable('tcp({ … })', tcpOptions),
    optionTable('tls({ … })', tlsOptions),
    optionTable('dns({ … })', dnsOptions),
    optionTable('websocket(path, { … })', websocketOptions),
    optionTable('ping({ … })', pingOptions),
    optionTable('headers(path, { … })', headersOptions),
    optionTable('playwright(folder, { … })', playwrightOptions),
    optionTable('heartbeat(id, { … })', heartbeatOptions),
    optionTable('load({ … })', loadOptions),
    ...notifierTables(),
    optionTable('objective(id, { … })', objectiveOptions),
  ].join('\n')
  return `${readme.slice(0, readme.indexOf(from) + from.length)}\n\n${reference}\n${readme.slice(readme.indexOf(to))}`
}
