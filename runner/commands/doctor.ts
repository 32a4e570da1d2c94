import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { findBrowser, isBrowser } from '../system/browser.ts'
import { type Machine, thisMachine } from '../system/install.ts'
import { findK6, isCheckout, isK6, k6Folder } from '../system/k6.ts'
import { findProgram, findService } from '../system/programs.ts'
import { packageFolder, version } from '../system/version.ts'
import type { Command } from './command.ts'
import { dataFolderAt } from './data-folder.ts'
import { table } from './table.ts'

/** `missing` makes the exit code 1, `poor` is worth knowing. */
export type Health = 'good' | 'poor' | 'missing'

/** One line of the table. */
export interface Finding {
  readonly part: string
  readonly state: Health
  readonly found: string
  /** What the lack costs, and how to end it. */
  readonly cost?: string
}

export const command: Command = {
  summary: 'says what is there, what is missing and what each missing part costs',
  usage: `vedette doctor [options]

  --data <folder>       the data folder (default: ./.vedette)
  --json                the findings as JSON

Exit codes: 0 nothing that is needed is missing, 1 something is, 2 usage.`,
  async run(argv, io) {
    const { values } = parseArgs({
      args: [...argv],
      options: { data: { type: 'string' }, json: { type: 'boolean' } },
    })
    const machine = thisMachine({ env: io.env, clock: io.clock, signal: io.signal, say: () => {} })
    const findings = await examine(machine, dataFolderAt(values.data, io))
    if (values.json) io.write(`${JSON.stringify(findings, null, 2)}\n`)
    else {
      io.write(`vedette ${version}\n\n`)
      io.write(table(findings.map(row), Number.POSITIVE_INFINITY))
      for (const finding of findings.filter(({ cost }) => cost !== undefined)) {
        io.write(`\n${finding.part}: ${finding.cost}\n`)
      }
    }
    return findings.some(({ state }) => state === 'missing') ? 1 : 0
  },
}

const row = ({ part, state, found }: Finding) => ({ part, state, found })

async function examine(machine: Machine, dataFolder: string): Promise<readonly Finding[]> {
  const [browser, k6, clock] = await Promise.all([
    examineBrowser(machine, dataFolder),
    examineK6(machine, dataFolder),
    examineClock(machine),
  ])
  return [
    judgeNode(process.versions.node),
    browser,
    k6,
    examinePing(machine),
    ...(isCheckout() ? [examineNginx(machine)] : []),
    examineDataFolder(dataFolder),
    examineSharedMemory(),
    judgeMemory(Math.min(totalmem(), process.constrainedMemory() || totalmem()), freemem()),
    judgeHandles(readText('/proc/self/limits')),
    clock,
    examineApt(machine),
  ]
}

export function judgeNode(found: string): Finding {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 15)
    ? { part: 'node', state: 'good', found }
    : { part: 'node', state: 'missing', found, cost: 'Vedette does not run: install Node.js 24.15 or newer' }
}

async function examineBrowser(machine: Machine, dataFolder: string): Promise<Finding> {
  const cacheFile = join(dataFolder, 'cache', 'browser.json')
  // Looking must not make a data folder; one that is there may remember.
  const browser = await findBrowser({
    environment: machine.env,
    ...(existsSync(dirname(cacheFile)) ? { cacheFile } : {}),
  })
  if (!isBrowser(browser)) {
    return {
      part: 'browser',
      state: 'missing',
      found: browser.missing,
      cost: 'no journeys: they stay unknown; probes, load and pages work. `vedette setup browser` installs one where it can',
    }
  }
  const where = browser.executablePath ?? browser.channel ?? "Playwright's own"
  const found = `${browser.name} (${where}), ${machine.isRoot ? 'without sandbox, because we are root' : 'in its sandbox'}`
  return machine.isRoot
    ? {
        part: 'browser',
        state: 'poor',
        found,
        cost: 'a page that breaks out of the browser has the rights of root: run Vedette as a normal user where pages are not your own',
      }
    : { part: 'browser', state: 'good', found }
}

async function examineK6(machine: Machine, dataFolder: string): Promise<Finding> {
  const k6 = await findK6({ env: machine.env, caches: [k6Folder(dataFolder)] })
  if (isK6(k6)) return { part: 'k6', state: 'good', found: `${k6.version} (${k6.path})` }
  const go = findProgram(machine.env, 'go')
  return {
    part: 'k6',
    state: 'missing',
    found: k6.missing,
    cost: `no load runs: \`vedette load\` ends with 3; everything else works. ${go === undefined ? 'There is no Go here to build it with' : `\`vedette setup k6\` builds it with ${go}`}`,
  }
}

function examinePing(machine: Machine): Finding {
  const found = findProgram(machine.env, 'ping')
  if (found !== undefined) return { part: 'ping', state: 'good', found }
  const cost =
    'checks with the probe `ping` stay unknown; everything else works. `vedette setup ping` installs it where it can'
  return { part: 'ping', state: 'poor', found: 'none', cost }
}

/** Only this repository's own reference systems stand behind one. */
function examineNginx(machine: Machine): Finding {
  const path = findService(machine.env, 'nginx')
  if (path !== undefined) return { part: 'nginx', state: 'good', found: path }
  const cost = '`npm start` and the proof lack the edge of cod-admin; `vedette setup demo` installs it where it can'
  return { part: 'nginx', state: 'poor', found: 'none', cost }
}

/** Writes a file where the store would, in the nearest folder that is there already. */
function examineDataFolder(folder: string): Finding {
  const place = existsSync(folder) ? folder : nearestFolder(folder)
  const found = `${folder}${place === folder ? '' : ' (will be made)'}`
  try {
    const trial = mkdtempSync(join(place, '.vedette-doctor-'))
    try {
      writeFileSync(join(trial, 'trial'), 'x')
    } finally {
      rmSync(trial, { recursive: true, force: true })
    }
    const { bavail, bsize } = statfsSync(place)
    const free = bavail * bsize
    return free < 500e6
      ? {
          part: 'data',
          state: 'poor',
          found: `${found}, ${size(free)} free`,
          cost: 'the store stops when the disk is full',
        }
      : { part: 'data', state: 'good', found: `${found}, ${size(free)} free` }
  } catch (error) {
    return {
      part: 'data',
      state: 'missing',
      found: `${found}: ${(error as Error).message}`,
      cost: '`vedette watch` cannot keep results: name another folder with --data',
    }
  }
}

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)))

function examineSharedMemory(): Finding {
  const cost = 'journeys write to the disk instead, and a browser with less than 64 MB there may crash on large pages'
  try {
    accessSync('/dev/shm', constants.W_OK)
    const { bavail, bsize } = statfsSync('/dev/shm')
    const found = `/dev/shm, ${size(bavail * bsize)} free`
    return bavail * bsize < 256e6 ? { part: 'shm', state: 'poor', found, cost } : { part: 'shm', state: 'good', found }
  } catch {
    return { part: 'shm', state: 'poor', found: 'no writable /dev/shm', cost }
  }
}

export function judgeMemory(total: number, free: number): Finding {
  const found = `${size(total)}, ${size(Math.min(free, total))} free`
  return total < 1e9
    ? { part: 'memory', state: 'poor', found, cost: 'one journey needs about 300 MB: run one at a time, or none' }
    : { part: 'memory', state: 'good', found }
}

/** The soft limit; Node raises it to the hard one at its start. */
export function judgeHandles(limits: string | undefined): Finding {
  const [, text] = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '') ?? []
  const handles = text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
  if (text === undefined) return { part: 'files', state: 'poor', found: 'the limit cannot be read' }
  return handles < 4_096
    ? {
        part: 'files',
        state: 'poor',
        found: `${text} open files`,
        cost: 'many probes at once, or a load of more users than that, fail by our own fault: raise `ulimit -n`',
      }
    : { part: 'files', state: 'good', found: `${text} open files` }
}

async function examineClock(machine: Machine): Promise<Finding> {
  const asked = await machine.run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'])
  return judgeClock(
    machine.clock.now(),
    Date.parse(readText(join(packageFolder, 'CHANGELOG.md'))?.match(/\d{4}-\d\d-\d\d/)?.[0] ?? ''),
    asked.code === 0 ? asked.output.trim() : '',
  )
}

/** `newest`: a moment that has certainly passed (NaN: none is known). `synchronised`: `yes`, `no`, or something else. */
export function judgeClock(now: number, newest: number, synchronised: string): Finding {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const found = `${new Date(now).toISOString()} (zone ${zone})`
  const cost = 'certificates and tokens are judged by a wrong time, and stamps mislead: synchronise it (NTP)'
  if (now < newest) return { part: 'clock', state: 'poor', found: `${found}, before this version was made`, cost }
  if (synchronised === 'no') return { part: 'clock', state: 'poor', found: `${found}, not synchronised`, cost }
  return {
    part: 'clock',
    state: 'good',
    found: `${found}, ${synchronised === 'yes' ? 'synchronised' : 'synchronised by the host, if at all'}`,
  }
}

function examineApt(machine: Machine): Finding {
  if (findProgram(machine.env, 'apt-get') !== undefined && machine.isRoot) {
    return { part: 'apt', state: 'good', found: 'root with apt-get: `vedette setup` can install packages' }
  }
  const found = machine.isRoot ? 'no apt-get' : 'not root'
  return {
    part: 'apt',
    state: 'good',
    found: `${found}: \`vedette setup\` prints the commands for what it may not install`,
  }
}

const size = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`)

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
