import { type Edge, type EdgeOptions, isNginxHere, startEdge } from '../kit/edge.ts'
import type { CodAdminBroken } from './faults.ts'

/** Promises that the edge keeps. */
const promises: readonly string[] = ['COD-49', 'COD-56', 'COD-57']

/** Whether somebody who looks at these promises needs the edge. Whoever names none has it where it can be had. */
export const needsEdge = (covers?: readonly string[]): boolean =>
  covers?.some(id => promises.includes(id)) ?? isNginxHere()

/** nginx as the document sets it up, but for what it refuses with: 503 would count as a fault of the shop. */
export function openEdge(
  place: Pick<EdgeOptions, 'host' | 'port'>,
  { web, broken }: { readonly web: string; readonly broken: CodAdminBroken },
): Promise<Edge> {
  const limit = (rule: string) => (broken('COD-49') ? '' : `limit_req ${rule};`)
  const upgrade = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;'
  return startEdge({
    ...place,
    http: `limit_req_zone $binary_remote_addr zone=api:1m rate=10r/s;
limit_req_zone $binary_remote_addr zone=auth:1m rate=1r/s;
limit_req_status 429;
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-Proto https;`,
    server: `location / { proxy_pass ${web}; }
location = /health { ${broken('COD-56') ? 'rewrite ^ / break;' : ''} proxy_pass ${web}; }
location /api { ${limit('zone=api burst=20')} proxy_pass ${web}; }
location /api/auth { ${limit('zone=auth burst=5')} proxy_pass ${web}; }
location /socket.io { ${broken('COD-57') ? '' : upgrade} proxy_pass ${web}; }`,
  })
}
