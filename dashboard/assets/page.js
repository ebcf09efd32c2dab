// What every page does in the browser beside the search box: terms show the sentence of the glossary, coordinates are
// copied, on a phone the controls unfold below the sentence that says what is counted, and the picture along the genome leads to
// what it shows, moves by keys and two fingers, and is linked with the rows of the tables.
//
// Joined to search.js, which calls `installPage` once and ends what it listens to.

const TIP_GAP = 6 // pixels between a term and its sentence
const COPIED = 1500 // milliseconds that a button says that it copied

function installPage(listen) {
  let tip = null
  let owner = null

  listen(document, "pointerover", (event) => {
    if (event.pointerType === "touch") return
    const term = termOf(event)
    if (term) show(term)
    else if (tip && !event.composedPath().includes(tip)) hide()
  })
  listen(document, "focusin", (event) => {
    const term = termOf(event)
    if (term) show(term)
    else hide()
  })
  listen(document, "click", (event) => {
    const term = termOf(event)
    if (term) return show(term)
    const path = event.composedPath()
    if (tip && !path.includes(tip)) hide()
    const button = path.find((part) => part instanceof HTMLButtonElement)
    if (button?.classList.contains("cnv-copy")) copy(button)
    else if (button?.classList.contains("cnv-fold")) fold(button)
    else if (button?.classList.contains("cnv-report")) print()
  })
  listen(document, "keydown", (event) => {
    if (event.key === "Escape" && tip && !tip.hidden) hide()
  })
  listen(document, "scroll", hide, true)
  listen(window, "beforeprint", () => {
    hide()
    for (const line of document.querySelectorAll(".cnv-printed")) {
      line.textContent = `Printed on ${new Date().toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })} from ${location.href}`
    }
  })
  installMenus(listen)
  installPicture(listen)
  installGenome(listen, tell, hide)
  showAnchor()
  document.documentElement.classList.add("cnv-listens")

  function show(term) {
    if (owner === term && tip && !tip.hidden) return
    tell(term, term.getAttribute("aria-description"), term.getBoundingClientRect())
  }

  // Shows words beside a box of the screen.
  function tell(whose, words, box) {
    tip ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "cnv-tip", role: "tooltip" }))
    owner = whose
    tip.textContent = words
    tip.hidden = false
    const left = Math.min(box.left, innerWidth - tip.offsetWidth - 8)
    const below = box.bottom + TIP_GAP + tip.offsetHeight < innerHeight
    tip.style.left = `${Math.max(8, left)}px`
    tip.style.top = `${below ? box.bottom + TIP_GAP : box.top - TIP_GAP - tip.offsetHeight}px`
  }

  function hide() {
    owner = null
    if (tip) tip.hidden = true
  }
}

function termOf(event) {
  return event.composedPath().find((part) => part instanceof HTMLElement && part.classList.contains("cnv-term"))
}

async function copy(button) {
  const words = button.textContent
  if (words === "copied") return
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? button.previousElementSibling.textContent)
    button.textContent = "copied"
  } catch {
    // A page that is not served safely may not write there: the text is selected, to be copied by hand.
    getSelection().selectAllChildren(button.previousElementSibling ?? button.parentElement)
    button.textContent = "press Ctrl+C"
  }
  setTimeout(() => (button.textContent = words), COPIED)
}

// The menus of a page's head: the browser opens them, and one is closed by Escape, and where a click or the focus goes elsewhere.
// What unfolds them again when their text changes (search.js) leaves them closed on another page.
function installMenus(listen) {
  let page = location.pathname
  const closeOthers = (event) => {
    const path = event.composedPath()
    for (const menu of openMenus()) if (!path.includes(menu)) menu.open = false
  }
  // before the picture hears of it, which keeps a click on a mark to itself
  listen(document, "click", closeOthers, true)
  // by Tab alone: a press gives the focus to something before it is a click, and nothing may go from below the pointer meanwhile
  listen(document, "focusin", (event) => event.target.matches(":focus-visible") && closeOthers(event))
  listen(document, "keydown", (event) => {
    if (event.key !== "Escape") return
    for (const menu of openMenus()) {
      const hadFocus = menu.contains(document.activeElement)
      menu.open = false
      if (hadFocus) menu.querySelector("summary").focus()
    }
  })
  listen(window, "popstate", () => {
    if (location.pathname !== page) for (const menu of openMenus()) menu.open = false
    page = location.pathname
  })
}

function openMenus() {
  return document.querySelectorAll("details.cnv-menu[open]")
}

// The state stands at the root and not in what is folded, which each run of the page draws again.
function fold(button) {
  const open = document.documentElement.classList.toggle("cnv-controls-open")
  const others = [...button.parentElement.querySelectorAll(".cnv-fold")].filter((other) => other !== button)
  others[0]?.focus()
  return open
}

const HEAT = ".st-key-population-differences"
const SLIP = 3 // pixels between press and release of a click
const PICTURE = ".st-key-track [data-testid=stVegaLiteChart]"

let movedByKey = false // whether a key moved the picture that had the focus, and it has not gone elsewhere since
const edges = new ResizeObserver((entries) => {
  for (const { target } of entries) markEdge(target.closest(".cnv-scroll"))
})

// Marks of the picture bear what they lead to as their label: "gene GSTM1", "band 1p13.3", "site chr1-101-200-loss".
function installPicture(listen) {
  let start = null // two fingers on the picture: where they were put down
  let pressed = 0 // where the pointer was put down

  // Before the picture hears of it: it would take the press for the beginning of a drag, and run the page that is left.
  for (const type of ["pointerdown", "mousedown", "click"]) {
    const onMark = (event) => {
      const [kind, name] = markOf(event) ?? []
      if (type === "pointerdown") pressed = event.clientX
      if (kind === "site") {
        // a drag may begin on an interval, and end on it
        if (type !== "click" || Math.abs(event.clientX - pressed) > SLIP) return
        event.stopPropagation()
        lead("site", name)
        return
      }
      if (kind !== "gene" && kind !== "band") return
      event.stopPropagation()
      if (type === "click") lead(kind === "gene" ? "gene" : "region", name)
    }
    listen(document, type, onMark, true)
  }
  listen(document, "pointerover", (event) => {
    const [kind, name] = markOf(event) ?? []
    const row = event.composedPath().find((part) => part instanceof HTMLElement && part.dataset.row)
    light(kind === "site" ? name : (row?.dataset.row ?? pairOf(event)))
  })
  listen(document, "focusin", (event) => {
    if (!event.target.matches?.(PICTURE)) movedByKey = false
    const row = event.composedPath().find((part) => part instanceof HTMLElement && part.dataset.row)
    light(row?.dataset.row ?? "")
  })
  listen(document, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const picture = event.target.closest?.(".st-key-track")
    const key = event.key === "=" ? "+" : event.key
    const link = picture?.querySelector(`.cnv-windows a[data-key="${CSS.escape(key)}"]`)
    if (!link) return
    event.preventDefault()
    movedByKey = document.activeElement.matches(PICTURE)
    go(link.href)
  })
  listen(document, "scroll", (event) => event.target.classList?.contains("cnv-scroll") && markEdge(event.target), true)
  listen(document, "touchstart", (event) => {
    const picture = event.target.closest?.(PICTURE)
    start = picture && event.touches.length === 2 ? { picture, at: fingers(event, picture) } : null
    if (start) start.now = start.at
  })
  listen(document, "touchmove", (event) => {
    if (start && event.touches.length === 2) start.now = fingers(event, start.picture)
  })
  listen(document, "touchend", () => {
    if (start) pinch(start)
    start = null
  })
  const watch = new MutationObserver(reach)
  watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ["role"] })
  listen(window, "pagehide", () => watch.disconnect())
  reach()
}

// The pictures take the focus, so that keys can move them; and what only holds marks is no symbol without a name, as Vega has it.
function reach() {
  for (const part of document.querySelectorAll("[data-testid=stVegaLiteChart] svg g.role-mark[role]:not([aria-label])")) {
    part.removeAttribute("role")
    part.removeAttribute("aria-roledescription")
  }
  for (const picture of document.querySelectorAll(`:is(${PICTURE}, ${GENOME}):not([tabindex])`)) picture.tabIndex = 0
  // the picture that a key moved is another one now, and the next key is meant for it
  if (movedByKey && document.activeElement === document.body) document.querySelector(PICTURE)?.focus({ preventScroll: true })
  for (const box of document.querySelectorAll(".cnv-scroll:not([data-watched])")) {
    box.dataset.watched = ""
    edges.observe(box)
    if (box.firstElementChild) edges.observe(box.firstElementChild)
  }
  // Streamlit writes an address that its script sets with marks that nobody can read
  if (/%3A|%2C/i.test(location.search)) {
    const search = location.search.replace(/%3A/gi, ":").replace(/%2C/gi, ",")
    history.replaceState(history.state, "", location.pathname + search + location.hash)
  }
}

// A table that goes on to the right fades there: a number that the edge cuts would be read as another one.
function markEdge(box) {
  box.classList.toggle("cnv-goes-on", box.scrollWidth - box.clientWidth - box.scrollLeft > 1)
}

function markOf(event) {
  const label = event.target instanceof SVGElement ? event.target.getAttribute("aria-label") : null
  const found = /^(gene|band|site) (.+)$/.exec(label ?? "")
  return found && found.slice(1)
}

// A cell of the heat map is named as the row of its pair, and then has a number: "ACB and FIN: F_ST 0.1326".
function pairOf(event) {
  const label = event.target instanceof SVGElement && event.target.closest(HEAT) ? event.target.getAttribute("aria-label") : null
  return label?.split(":")[0] ?? ""
}

function lead(kind, name) {
  const there = new URL(location.href)
  const base = there.pathname.replace(/[^/]*$/, "")
  // a site has no overlap rule, and classes of its own direction alone
  const names = ["gene", "region", "site", "tab", "sort", ...(kind === "site" ? ["overlap"] : [])]
  const direction = name.split("-").pop()
  const kept = [...there.searchParams]
    .filter(([key]) => !names.includes(key))
    .map(([key, value]) => [key, kind === "site" && key === "class" ? value.split(",").filter((one) => one.endsWith(direction)).join() : value])
    .filter(([key, value]) => value && !(kind === "site" && key === "class" && value === direction))
    .map(([key, value]) => `&${key}=${readable(value)}`)
  go(`${base}${kind}?${kind}=${readable(name)}${kept.join("")}`)
}

// The interval of a row, and the row of an interval: the two are of one site where their names are; so are the cells of a pair of
// populations and its row.
function light(name) {
  for (const part of document.querySelectorAll(".cnv-lit")) if (part.dataset.row !== name) part.classList.remove("cnv-lit")
  if (!name) return
  const escaped = CSS.escape(name)
  const marks = `${PICTURE} [aria-label="site ${escaped}"], ${HEAT} [aria-label^="${escaped}:"]`
  for (const part of document.querySelectorAll(`[data-row="${escaped}"], ${marks}`)) {
    part.classList.add("cnv-lit")
  }
}

function fingers(event, picture) {
  const box = picture.getBoundingClientRect()
  return [...event.touches].map((touch) => (touch.clientX - box.left) / box.width).sort((a, b) => a - b)
}

// The bases that were below the fingers come to lie where the fingers are lifted.
function pinch({ at, now }) {
  const window = document.querySelector(".st-key-track .cnv-windows")?.dataset
  const apart = now[1] - now[0]
  if (!window || at[1] - at[0] < 0.02 || apart < 0.02 || Math.abs(apart / (at[1] - at[0]) - 1) < 0.05) return
  const [first, last, whole] = [Number(window.start), Number(window.end), Number(window.length)]
  const length = last - first
  const wide = Math.min(whole, Math.max(1000, Math.round((length * (at[1] - at[0])) / apart)))
  const middle = first + (length * (at[0] + at[1])) / 2
  const begin = Math.round(Math.min(Math.max(0, middle - (wide * (now[0] + now[1])) / 2), whole - wide))
  lead("region", `${window.chrom}:${begin + 1}-${begin + wide}`)
}

const GENOME = ".st-key-genome [data-testid=stVegaLiteChart]"

// The genome-wide picture is a few paths: which bin lies below the pointer is worked out here, from the same table that can be
// downloaded, fetched when the picture is first pointed at.
function installGenome(listen, tell, hide) {
  let bins = null // by the address that they came from
  let at = -1 // the bin that is told of

  listen(document, "pointermove", async (event) => {
    const picture = event.target.closest?.(GENOME)
    if (!picture || event.pointerType === "touch") return
    const box = picture.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    const known = await read(picture)
    if (known && picture.isConnected) say(picture, known, find(known, share), event.clientX)
  })
  listen(document, "pointerout", (event) => {
    if (event.target.closest?.(GENOME) && !event.relatedTarget?.closest?.(GENOME)) hide()
  })
  listen(document, "click", async (event) => {
    const picture = event.target.closest?.(GENOME)
    if (!picture) return
    const box = picture.getBoundingClientRect()
    const known = await read(picture)
    if (known) open(known.list[find(known, (event.clientX - box.left) / box.width)])
  })
  listen(document, "keydown", async (event) => {
    const picture = event.target.closest?.(GENOME)
    if (!picture || !["ArrowLeft", "ArrowRight", "Enter"].includes(event.key)) return
    event.preventDefault()
    const known = await read(picture)
    if (!known) return
    if (event.key === "Enter") {
      if (at >= 0) open(known.list[at])
      return
    }
    const next = event.key === "ArrowRight" ? at + 1 : at - 1
    const bin = Math.min(Math.max(next, 0), known.list.length - 1)
    const box = picture.getBoundingClientRect()
    say(picture, known, bin, box.left + (box.width * known.list[bin].middle) / known.whole)
  })

  function say(picture, known, number, x) {
    if (number < 0) return hide()
    at = number
    const box = picture.getBoundingClientRect()
    tell(picture, known.list[number].words, { left: x, bottom: box.top + 40, top: box.top })
  }

  function open(bin) {
    if (!bin) return
    const there = new URL(location.href)
    const kept = ["filter", "cohort", "population", "class", "callset"].filter((name) => there.searchParams.has(name))
    const rest = kept.map((name) => `&${name}=${readable(there.searchParams.get(name))}`)
    hide()
    go(`${there.pathname.replace(/[^/]*$/, "")}region?region=${bin.place}${rest.join("")}`)
  }

  function find(known, share) {
    const base = share * known.whole
    return known.list.findIndex((bin) => base >= bin.from && base < bin.to)
  }

  async function read(picture) {
    const link = picture.closest(".st-key-genome").querySelector('a[href*="/bins.json"]')
    if (!link) return null
    if (bins?.address === link.href) return bins.known
    const coming = fetch(link.href)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((table) => table && lay(table))
      .catch(() => null)
    bins = { address: link.href, known: coming }
    const known = await coming
    if (bins.address === link.href) bins.known = known
    return known
  }

  // The rows of one bin together, bins end to end along the genome.
  function lay({ rows }) {
    const list = []
    const seen = new Map()
    let whole = 0
    for (const row of rows) {
      const { chrom, start, end } = row
      const key = `${chrom}:${start}-${end}`
      if (!seen.has(key)) {
        const length = end - start + 1
        seen.set(key, { place: key, from: whole, to: whole + length, middle: whole + length / 2, parts: [] })
        list.push(seen.get(key))
        whole += length
      }
      const who = row.superpopulation === "all" ? "" : ` in ${row.superpopulation}`
      seen.get(key).parts.push(
        row.mean === null
          ? "no base here can be called"
          : `${row.direction === "loss" ? "losses" : "gains"}${who}: at most ${percent(row.maximum)} of ` +
              `${row.samples.toLocaleString("en")} people at one base, mean ${percent(row.mean)}`,
      )
    }
    for (const bin of list) {
      const [chrom, range] = bin.place.split(":")
      const [start, end] = range.split("-").map((number) => Number(number).toLocaleString("en"))
      bin.words = `${chrom}:${start}-${end}: ${[...new Set(bin.parts)].join("; ")}`
    }
    return { list, whole }
  }
}

function percent(share) {
  if (share === 0) return "0 %"
  return `${Number((share * 100).toPrecision(share < 0.01 ? 2 : 3))} %`
}

// An address with a `#` opens at its section, which is drawn after the browser looked for it, and stays there while what is above
// it takes its height: until the reader moves, or three seconds.
function showAnchor() {
  const id = location.hash.slice(1)
  if (!id) return
  const end = Date.now() + 3000
  let isMoved = false
  for (const type of ["wheel", "pointerdown", "keydown", "popstate"]) {
    addEventListener(type, () => (isMoved = true), { capture: true, once: true })
  }
  const timer = setInterval(() => {
    if (isMoved || Date.now() > end) return clearInterval(timer)
    document.getElementById(id)?.scrollIntoView()
  }, 100)
}
