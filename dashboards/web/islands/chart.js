// @ts-check
/** Puts a live uPlot over the chart that the server drew, from the same numbers: values under the pointer, drag to zoom. */

// @ts-expect-error: an address of the page, not of this folder
import uPlot from '/assets/uplot.js'

/**
 * @typedef {{ name: string, tone: string, values: (number | null)[] }} Line
 * @typedef {{ times: number[], isRelative?: boolean, unit: 'ms' | 'count', lines: Line[], limits?: { name: string, value: number }[], marks?: { at: number, tone: string }[], events?: { kind: string, at: number, to?: number }[], label: string }} Chart
 */

const drawn = new Map()

/** @param {string} name */
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || 'gray'

// Custom properties hold light-dark(), which a canvas does not know: let an element resolve them.
/** @param {string} name */
function resolved(name) {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  probe.hidden = true
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value || colour(name)
}

/** @param {number | null | undefined} value */
function ms(value) {
  if (value === null || value === undefined) return '–'
  if (value < 1_000) return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ms`
  return `${Number((value / 1_000).toFixed(2))} s`
}

/** @param {number} time @param {boolean} isRelative */
function when(time, isRelative) {
  if (isRelative) return `${Math.floor(time / 60)}:${String(Math.round(time % 60)).padStart(2, '0')}`
  return `${new Date(time * 1_000).toISOString().slice(5, 16).replace('T', ' ')} UTC`
}

/** Hours, and the day where one begins: times of a server are UTC and have 24 hours. @param {number[]} splits */
function days(splits) {
  return splits.map((split, index) => {
    const [day = '', time = ''] = new Date(split * 1_000).toISOString().slice(5, 16).split('T')
    return index === 0 || time === '00:00' ? `${time}\n${day}` : time
  })
}

/** @param {HTMLElement} plot */
function draw(plot) {
  /** @type {Chart} */
  const data = JSON.parse(plot.dataset.chart ?? '{}')
  const words =
    data.unit === 'ms'
      ? ms
      : (/** @type {number | null} */ value) => (value === null ? '–' : String(Math.round(value * 10) / 10))
  const [ink, grid] = [resolved('--quiet'), resolved('--line')]
  const isRelative = data.isRelative === true
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } }
  const options = {
    width: plot.clientWidth,
    height: 220,
    scales: {
      x: { time: !isRelative },
      // Limits belong into the picture also while nothing comes near them.
      y: {
        range: (/** @type {unknown} */ _u, /** @type {number} */ _low, /** @type {number} */ high) => [
          0,
          Math.max(high ?? 0, ...(data.limits ?? []).map(limit => limit.value)) * 1.08 || 1,
        ],
      },
    },
    tzDate: (/** @type {number} */ time) => uPlot.tzDate(new Date(time * 1_000), 'UTC'),
    cursor: { drag: { x: true, y: false } },
    series: [
      {
        label: isRelative ? 'after' : 'time',
        value: (/** @type {unknown} */ _u, /** @type {number | null} */ time) =>
          time === null ? '–' : when(time, isRelative),
      },
      ...data.lines.map((line, index) => ({
        label: line.name,
        stroke: resolved(line.tone === 'p95' ? '--accent' : '--line-two'),
        width: index === data.lines.length - 1 ? 2 : 1.5,
        spanGaps: false,
        points: { show: false },
        value: (/** @type {unknown} */ _u, /** @type {number | null} */ value) => words(value),
      })),
    ],
    axes: [
      {
        ...axis,
        size: isRelative ? 30 : 44,
        values: (/** @type {unknown} */ _u, /** @type {number[]} */ splits) =>
          isRelative ? splits.map(split => when(split, true)) : days(splits),
      },
      { ...axis, size: 64, values: (/** @type {unknown} */ _u, /** @type {number[]} */ splits) => splits.map(words) },
    ],
    hooks: {
      drawAxes: [(/** @type {any} */ u) => underlay(u, data)],
      draw: [(/** @type {any} */ u) => overlay(u, data)],
    },
  }
  const still = plot.firstElementChild
  const holder = document.createElement('div')
  holder.setAttribute('aria-hidden', 'true')
  const chart = new uPlot(
    options,
    [data.times.map(time => time / 1_000), ...data.lines.map(line => line.values)],
    holder,
  )
  // The drawing of the server stays for those who do not see, and for paper.
  still?.classList.add('under')
  plot.append(holder)
  const observer = new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: 220 }))
  observer.observe(plot)
  drawn.set(plot, () => {
    observer.disconnect()
    chart.destroy()
    holder.remove()
    still?.classList.remove('under')
  })
}

/** Under the lines: incidents and maintenance as bands, deploys as flags. @param {any} u @param {Chart} data */
function underlay(u, data) {
  const { ctx, bbox } = u
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const { kind, at, to } of data.events ?? []) {
    const x = u.valToPos(at / 1_000, 'x', true)
    if (to === undefined) {
      ctx.strokeStyle = ctx.fillStyle = resolved('--accent')
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
      ctx.lineWidth = 1.5 * devicePixelRatio
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
      ctx.fillRect(x, bbox.top, 7 * devicePixelRatio, 6 * devicePixelRatio)
      continue
    }
    ctx.globalAlpha = 0.15
    ctx.fillStyle = resolved(kind === 'incident' ? '--down' : '--quiet')
    const wide = Math.max(2 * devicePixelRatio, u.valToPos(to / 1_000, 'x', true) - x)
    ctx.fillRect(x, bbox.top, wide, bbox.height)
    ctx.globalAlpha = 1
  }
  ctx.restore()
}

/** Limits as lines, failed and unknown runs as marks. @param {any} u @param {Chart} data */
function overlay(u, data) {
  const { ctx, bbox } = u
  ctx.save()
  ctx.strokeStyle = resolved('--down')
  ctx.setLineDash([8, 6])
  ctx.lineWidth = 1.5 * devicePixelRatio
  for (const limit of data.limits ?? []) {
    const y = u.valToPos(limit.value, 'y', true)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.setLineDash([])
  for (const mark of data.marks ?? []) {
    const x = u.valToPos(mark.at / 1_000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = resolved(mark.tone === 'failed' ? '--down' : '--unknown')
    const tall = (mark.tone === 'failed' ? 10 : 5) * devicePixelRatio
    ctx.fillRect(x - devicePixelRatio, bbox.top + bbox.height - tall, 2 * devicePixelRatio, tall)
  }
  ctx.restore()
}

function drawAll() {
  for (const [plot, remove] of drawn) {
    if (plot.isConnected) continue
    remove()
    drawn.delete(plot)
  }
  for (const plot of document.querySelectorAll('.plot[data-chart]')) {
    if (plot instanceof HTMLElement && !drawn.has(plot)) draw(plot)
  }
}

drawAll()
document.addEventListener('vedette:replaced', drawAll)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const remove of drawn.values()) remove()
  drawn.clear()
  drawAll()
})
