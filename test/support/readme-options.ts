import { checkOptions } from '../../runner/config/check.ts'
import { configurationOptions } from '../../runner/config/configuration.ts'
import { heartbeatOptions } from '../../runner/config/heartbeat.ts'
import { loadOptions } from '../../runner/config/load.ts'
import { playwrightOptions } from '../../runner/config/playwright.ts'
import { optionTable } from '../../runner/config/reference.ts'
import { systemOptions } from '../../runner/config/system.ts'
import { grafanaOptions } from '../../runner/notifiers/grafana.ts'
import { dnsOptions } from '../../runner/probes/dns.ts'
import { headersOptions } from '../../runner/probes/headers.ts'
import { httpOptions } from '../../runner/probes/http.ts'
import { pingOptions } from '../../runner/probes/ping.ts'
import { tcpOptions } from '../../runner/probes/tcp.ts'
import { tlsOptions } from '../../runner/probes/tls.ts'
import { websocketOptions } from '../../runner/probes/websocket.ts'

const [from, to] = ['<!-- options -->', '<!-- /options -->']

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
    optionTable('grafana({ … })', grafanaOptions),
  ].join('\n')
  return `${readme.slice(0, readme.indexOf(from) + from.length)}\n\n${reference}\n${readme.slice(readme.indexOf(to))}`
}
