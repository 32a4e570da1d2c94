/**
 * The public door: what configuration and scenario files import. Its functions make frozen values and throw nothing: mistakes are
 * collected in `problems`, and every command tells all of them at once before it does anything. Times are written as text (`'30s'`,
 * `'5m'`) and read as milliseconds; sizes are bytes, shares ratios from 0 to 1, moments epoch milliseconds.
 */

export { type CheckOptions, check } from './config/check.ts'
export { type ConfigurationOptions, defineConfig } from './config/configuration.ts'
export { type HeartbeatOptions, heartbeat } from './config/heartbeat.ts'
export { type LoadOptions, load } from './config/load.ts'
export { type MaintenanceOptions, maintenance } from './config/maintenance.ts'
export { type ObjectiveOptions, objective } from './config/objective.ts'
export { type PlaywrightOptions, playwright } from './config/playwright.ts'
export { secret } from './config/secret.ts'
export { defineSystem, type SystemOptions } from './config/system.ts'
export type { Observation, Verdict } from './core/contracts.ts'
export type { Check, Configuration, Probe, ProbeRun, Secret, System, Text } from './core/definitions.ts'
export { RunnerFault } from './core/fault.ts'
export { type Limit, type LimitRef, limit, type Requirement } from './core/requirements.ts'
export { type AlertmanagerOptions, alertmanager } from './notifiers/alertmanager.ts'
export { type EmailOptions, email } from './notifiers/email.ts'
export { type GrafanaOptions, grafana } from './notifiers/grafana.ts'
export { type NtfyOptions, ntfy } from './notifiers/ntfy.ts'
export { type PagerdutyOptions, pagerduty } from './notifiers/pagerduty.ts'
export { type SlackOptions, slack } from './notifiers/slack.ts'
export { type WebhookOptions, webhook } from './notifiers/webhook.ts'
export { type DnsOptions, dns } from './probes/dns.ts'
export { type HeadersOptions, headers } from './probes/headers.ts'
export { type HttpOptions, http } from './probes/http.ts'
export { type PingOptions, ping } from './probes/ping.ts'
export { type TcpOptions, tcp } from './probes/tcp.ts'
export { type TlsOptions, tls } from './probes/tls.ts'
export { type WebsocketOptions, websocket } from './probes/websocket.ts'
