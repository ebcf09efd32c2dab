// A table of rows: ordered in the browser while all rows are here, else fetched a screenful at a time; a few rows at first, then
// all of them in a window that scrolls, with only those in sight in the document.
//
// What a cell reads was decided by the server; here it is only shown. The order stands in the address, which is written as
// Back and Forward do it, so that a link, a reload and the next run of the page come to the same order.

const CHUNK = 100 // rows of one request
const SETTLE = 60 // milliseconds without scrolling before rows are asked for
const AHEAD = 6 // rows drawn above and below what is in sight
const MOST_IN_SIGHT = 18 // rows of the window

export default function ({ data, parentElement }) {
  const table = parentElement.table ?? (parentElement.table = install(parentElement))
  table.show(data)
  return () => {
    table.remove()
    delete parentElement.table
  }
}

let tables = 0

function install(root) {
  const number = ++tables
  const frame = make("div", "cnv-rows")
  const pane = make("div", "cnv-rows-pane")
  const table = make("table", "cnv-table cnv-rows-table")
  const head = make("thead")
  const body = make("tbody")
  const more = make("button", "cnv-rows-more")
  const said = make("div", "cnv-rows-said")
  table.setAttribute("role", "grid")
  table.tabIndex = 0
  said.setAttribute("role", "status")
  more.type = "button"
  table.append(head, body)
  pane.append(table)
  frame.append(pane, more, said)
  // beside the style sheet, which Streamlit puts there
  root.append(frame)

  const ended = new AbortController()
  const listen = (target, type, handler) => target.addEventListener(type, handler, { signal: ended.signal })
  let data = null
  let sort = ""
  let all = [] // every row in the order of the page, where all are here
  let rows = [] // rows by place in the order in force; a hole where one has not come
  let open = false
  let active = { row: -1, column: 0 }
  let asked = null
  let timer = 0
  let height = 0
  let widths = []
  let pending = new Set()
  let drawn = ""

  listen(pane, "scroll", () => {
    edge()
    if (open) draw()
  })
  listen(table, "keydown", onKey)
  listen(table, "focus", () => {
    if (active.row < 0) activate(firstInSight(), active.column, false)
    mark()
  })
  listen(table, "blur", mark)
  listen(more, "click", () => {
    open = !open
    if (!open) pane.scrollTop = 0
    lay()
    ;(open ? table : more).focus({ preventScroll: true })
  })
  listen(head, "click", (event) => {
    const button = event.target.closest("button")
    if (button) order(button.dataset.column)
  })
  listen(window, "resize", () => {
    widths = []
    lay()
  })

  return { show, remove }

  function remove() {
    clearTimeout(timer)
    asked?.abort()
    ended.abort()
    frame.remove()
  }

  function show(given) {
    const before = data
    data = given
    if (before && JSON.stringify(before) === JSON.stringify(given)) return
    sort = given.sort
    const sameColumns = before && JSON.stringify(before.columns) === JSON.stringify(given.columns)
    if (!sameColumns) {
      widths = []
      drawHead()
    }
    take(given.rows)
    table.setAttribute("aria-label", given.caption)
    table.setAttribute("aria-rowcount", String(given.total + 1))
    table.setAttribute("aria-colcount", String(given.columns.length))
    if (active.row >= given.total) active = { row: -1, column: 0 }
    lay()
  }

  // The rows that came with the page: all of them, or the first in the order in force.
  function take(given) {
    asked?.abort()
    pending = new Set()
    all = data.whole ? given : []
    rows = data.whole ? inOrder() : [...given]
    drawn = ""
  }

  function inOrder() {
    const name = sort.replace(/^-/, "")
    const at = data.columns.findIndex((column) => column.name === name)
    if (at < 0) return [...all]
    const down = sort.startsWith("-") ? -1 : 1
    // `sort` keeps the order of what is equal, as the server does.
    return [...all].sort((one, other) => {
      const a = valueOf(one.cells[at])
      const b = valueOf(other.cells[at])
      if (a === null || b === null) return (a === null) - (b === null)
      return a < b ? -down : a > b ? down : 0
    })
  }

  function order(name) {
    const column = data.columns.find((one) => one.name === name)
    const falls = column.kind === "number" || column.kind === "percent"
    const first = falls ? `-${name}` : name
    const second = falls ? name : `-${name}`
    sort = sort === first ? second : first
    active = { row: -1, column: active.column }
    pane.scrollTop = 0
    if (data.whole) rows = inOrder()
    else {
      rows = []
      pending = new Set()
      asked?.abort()
    }
    drawn = ""
    lay()
    const heading = column.label
    said.textContent = `Ordered by ${heading}, ${sort.startsWith("-") ? "descending" : "ascending"}`
    write()
  }

  // One entry of the history stays as it is: an order is no other place.
  function write() {
    const there = new URL(location.href)
    const others = there.search.replace(/^\?/, "").split("&").filter((part) => part && !part.startsWith("sort="))
    if (sort !== data.order) others.push(`sort=${sort}`)
    there.search = others.join("&")
    // a file that comes in the order of the table
    for (const link of document.querySelectorAll("a[data-ordered]")) {
      const file = new URL(link.href)
      file.searchParams.delete("sort")
      if (sort !== data.order) file.searchParams.set("sort", sort)
      link.href = file.href.replaceAll("%2C", ",").replaceAll("%3A", ":")
    }
    if (there.href === location.href) return
    history.replaceState(history.state, "", there)
    dispatchEvent(new PopStateEvent("popstate"))
  }

  function drawHead() {
    const line = make("tr")
    line.setAttribute("aria-rowindex", "1")
    for (const column of data.columns) {
      const cell = make("th", alignment(column))
      cell.scope = "col"
      if (column.help) cell.title = column.help
      if (column.term) cell.dataset.term = column.term
      if (column.fixed) cell.textContent = column.label
      else {
        const button = make("button", "cnv-rows-sort")
        button.type = "button"
        button.dataset.column = column.name
        button.textContent = column.label
        cell.append(button)
      }
      line.append(cell)
    }
    head.replaceChildren(line)
  }

  function drawOrder() {
    const name = sort.replace(/^-/, "")
    for (const [at, cell] of [...head.rows[0].cells].entries()) {
      const column = data.columns[at]
      if (column.fixed) continue
      if (column.name !== name) cell.removeAttribute("aria-sort")
      else cell.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending")
    }
  }

  function shown() {
    return open ? data.total : Math.min(data.first, data.total)
  }

  function lay() {
    if (!data) return
    drawOrder()
    const folds = data.total > data.first
    more.hidden = !folds
    more.textContent = open ? `Show ${data.first}` : `Show all ${data.total.toLocaleString("en")}`
    more.setAttribute("aria-expanded", String(open))
    frame.classList.toggle("cnv-rows-open", open)
    drawn = ""
    draw()
    const line = height || body.rows[0]?.offsetHeight || 32
    const rowsInSight = Math.min(open ? MOST_IN_SIGHT : data.first, data.total)
    // A few rows lie in full, whatever stands in them; a window has a height of its own.
    pane.style.maxHeight = open ? `${head.offsetHeight + rowsInSight * line + 18}px` : ""
    if (open) {
      drawn = ""
      draw()
    }
    edge()
  }

  function draw() {
    const count = shown()
    const line = height || 32
    let from = 0
    let to = count
    if (open) {
      const sight = Math.max(pane.clientHeight, MOST_IN_SIGHT * line)
      from = Math.max(0, Math.floor(pane.scrollTop / line) - AHEAD)
      to = Math.min(count, Math.ceil((pane.scrollTop + sight) / line) + AHEAD)
    }
    // whoever tabbed to a link in a row keeps it while the window scrolls
    const held = body.contains(document.activeElement) ? document.activeElement.closest("tr") : null
    const wants = `${from} ${to} ${open} ${active.row} ${active.column}`
    if (wants !== drawn) {
      drawn = wants
      const lines = []
      if (from > 0) lines.push(spacer(from * line))
      for (let at = from; at < to; at++) {
        const kept = held && Number(held.ariaRowIndex) === at + 2 && rows[at] && held.dataset.row === rows[at].id
        lines.push(kept ? held : lineOf(at))
      }
      if (to < count) lines.push(spacer((count - to) * line))
      exchange(lines)
      if (!height && rows[from]) height = body.querySelector("tr[aria-rowindex]")?.offsetHeight || 0
      grow()
    }
    mark()
    want(from, to)
  }

  // Rows that stay are not taken out, so that what has the focus keeps it.
  function exchange(lines) {
    const stays = new Set(lines)
    for (const one of [...body.children]) if (!stays.has(one)) one.remove()
    lines.forEach((one, at) => {
      if (body.children[at] !== one) body.insertBefore(one, body.children[at] ?? null)
    })
  }

  // Columns grow to what came into sight and do not shrink again, so that nothing moves sideways while one scrolls.
  function grow() {
    if (!open) return
    for (const [at, cell] of [...head.rows[0].cells].entries()) {
      widths[at] = Math.max(widths[at] ?? 0, Math.ceil(cell.getBoundingClientRect().width))
      cell.style.minWidth = `${widths[at]}px`
    }
  }

  function spacer(pixels) {
    const line = make("tr", "cnv-rows-space")
    line.setAttribute("aria-hidden", "true")
    const cell = make("td")
    cell.colSpan = data.columns.length
    cell.style.height = `${pixels}px`
    line.append(cell)
    return line
  }

  function lineOf(at) {
    const row = rows[at]
    const line = make("tr")
    line.setAttribute("aria-rowindex", String(at + 2))
    if (row) line.dataset.row = row.id
    else line.setAttribute("aria-busy", "true")
    for (const [number_, column] of data.columns.entries()) {
      const cell = make(number_ ? "td" : "th", alignment(column))
      if (!number_) cell.scope = "row"
      cell.id = `cnv-cell-${number}-${at}-${number_}`
      if (row) fill(cell, row.cells[number_])
      else if (!number_) cell.textContent = "…"
      line.append(cell)
    }
    return line
  }

  function want(from, to) {
    if (data.whole) return
    clearTimeout(timer)
    let lacks = false
    for (let at = from; at < to; at++) lacks ||= !rows[at]
    if (lacks) timer = setTimeout(() => fetchRows(from, to), rows.length ? SETTLE : 0)
  }

  async function fetchRows(from, to) {
    asked ??= new AbortController()
    if (asked.signal.aborted) asked = new AbortController()
    const { signal } = asked
    const [now, given] = [sort, data]
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++) {
      const offset = chunk * CHUNK
      let lacks = false
      for (let at = Math.max(offset, from); at < Math.min(offset + CHUNK, to); at++) lacks ||= !rows[at]
      if (!lacks || pending.has(offset)) continue
      pending.add(offset)
      const joint = given.address.includes("?") ? "&" : "?"
      const address = `${given.address}${joint}sort=${now}&offset=${offset}&limit=${CHUNK}`
      try {
        const answer = await fetch(address, { signal })
        if (!answer.ok) throw new Error(String(answer.status))
        const { rows: come } = await answer.json()
        if (now !== sort || given !== data) return
        come.forEach((row, at) => (rows[offset + at] = row))
        said.textContent = ""
        drawn = ""
        draw()
      } catch (error) {
        if (error.name === "AbortError") return
        said.textContent = "These rows did not come. Scroll again to ask for them once more."
      } finally {
        if (now === sort && given === data) pending.delete(offset)
      }
    }
  }

  function onKey(event) {
    if (event.target !== table || event.altKey || event.metaKey || event.ctrlKey) return
    const last = shown() - 1
    const page = Math.max(1, open ? Math.floor((pane.clientHeight - head.offsetHeight) / (height || 32)) - 1 : 7)
    const to = {
      ArrowDown: [active.row + 1, active.column],
      ArrowUp: [active.row - 1, active.column],
      PageDown: [active.row + page, active.column],
      PageUp: [active.row - page, active.column],
      Home: [0, active.column],
      End: [last, active.column],
      ArrowRight: [active.row, active.column + 1],
      ArrowLeft: [active.row, active.column - 1],
    }[event.key]
    if (to) {
      activate(Math.min(Math.max(to[0], 0), last), Math.min(Math.max(to[1], 0), data.columns.length - 1), true)
      event.preventDefault()
    } else if (event.key === "Enter") {
      const line = body.querySelector(`tr[aria-rowindex="${active.row + 2}"]`)
      const link = line?.cells[active.column]?.querySelector("a") ?? line?.querySelector("a")
      if (link) {
        link.click()
        event.preventDefault()
      }
    }
  }

  function firstInSight() {
    return open ? Math.ceil(pane.scrollTop / (height || 32)) : 0
  }

  function activate(row, column, scrolls) {
    active = { row, column }
    if (scrolls) reach()
    drawn = ""
    draw()
    // the window itself may lie beyond the screen
    if (scrolls) body.querySelector(".cnv-rows-active")?.scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  function reach() {
    const line = height || 32
    if (open) {
      const sight = pane.clientHeight - head.offsetHeight
      const top = active.row * line
      if (top < pane.scrollTop) pane.scrollTop = top
      else if (top + line > pane.scrollTop + sight) pane.scrollTop = top + line - sight
    }
    const heading = head.rows[0].cells[active.column]
    const fixed = head.rows[0].cells[0].offsetWidth
    if (active.column === 0) pane.scrollLeft = 0
    else if (heading.offsetLeft - fixed < pane.scrollLeft) pane.scrollLeft = heading.offsetLeft - fixed
    else if (heading.offsetLeft + heading.offsetWidth > pane.scrollLeft + pane.clientWidth)
      pane.scrollLeft = heading.offsetLeft + heading.offsetWidth - pane.clientWidth
  }

  function mark() {
    const focused = document.activeElement === table
    body.querySelector(".cnv-rows-active")?.classList.remove("cnv-rows-active")
    const cell = document.getElementById(`cnv-cell-${number}-${active.row}-${active.column}`)
    if (focused && cell) {
      cell.classList.add("cnv-rows-active")
      table.setAttribute("aria-activedescendant", cell.id)
    } else table.removeAttribute("aria-activedescendant")
  }

  // What a wide table has beyond its edges fades there.
  function edge() {
    const right = pane.scrollWidth - pane.clientWidth - pane.scrollLeft
    frame.classList.toggle("cnv-rows-right", right > 2)
    frame.classList.toggle("cnv-rows-left", pane.scrollLeft > 2)
  }
}

function alignment(column) {
  return column.kind === "number" || column.kind === "percent" ? "" : column.wide ? "cnv-left cnv-rows-wide" : "cnv-left"
}

// Text alone stands for itself; an object may say another value, or that there is none.
function valueOf(cell) {
  if (cell === null || typeof cell === "string") return cell
  return "v" in cell ? cell.v : cell.t
}

function fill(cell, given) {
  if (given === null) return
  const { t, h, parts, title, sign } = typeof given === "string" ? { t: given } : given
  if (sign) {
    const mark = make("span", `cnv-sign cnv-${sign}`)
    mark.setAttribute("aria-hidden", "true")
    mark.textContent = sign === "loss" ? "▼" : "▲"
    cell.append(mark)
  }
  for (const [words, address] of parts ?? [[t, h]]) cell.append(address ? linkTo(address, words) : words)
  if (title || cell.classList.contains("cnv-rows-wide")) cell.title = title ?? t
}

function linkTo(address, words) {
  const link = make("a", "cnv-go")
  link.href = address
  link.textContent = words
  return link
}

function make(name, class_ = "") {
  const element = document.createElement(name)
  if (class_) element.className = class_
  return element
}
