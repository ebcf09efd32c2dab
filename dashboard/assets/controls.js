// The row of controls: what is counted, each control one name of the address.
//
// The address is the state. The page tells which names and values it was made of; a change writes the address as a link does,
// which makes one entry in the browser's history, and the page that comes of it tells the controls anew. They are patched where
// they stand, so that what is open stays open and what has the focus keeps it.

const KEYED = 500 // milliseconds without a key before a value that is passed over by arrow keys is taken
const STALE = 3000 // milliseconds that a page of another address may take to be followed by that of this one
const EDGE = 12 // pixels between a list and the edge of the screen
const VIEW = ["tab", "by", "show", "scale", "sort"] // how it is shown, which stays
const NUMBERS = { whole: /^\d+$/, any: /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i }

export default function ({ data, parentElement }) {
  const controls = parentElement.controls ?? (parentElement.controls = install(parentElement))
  controls.show(data)
  return () => {
    controls.remove()
    delete parentElement.controls
  }
}

let rows = 0

function install(root) {
  const prefix = `cnv-controls-${++rows}`
  const frame = make("div", "cnv-controls-frame")
  const set = make("fieldset", "cnv-controls")
  const opener = make("button", "cnv-button cnv-opener")
  const more = make("div", "cnv-more-controls")
  const panel = make("div", "cnv-panel")
  const fields = new Map() // by name, in the row and behind More
  const ended = new AbortController()
  const listen = (target, type, handler, capture = false) => target.addEventListener(type, handler, { signal: ended.signal, capture })
  let data = null
  let late = 0
  let page = location.pathname
  let lost = null // what had the focus when the server went away
  const KINDS = { choice, select, list, switch: turn, number: entry, text: entry }

  const folds = make("div", "cnv-controls-fold")
  for (const [state, words] of [["folded", "Change what is counted"], ["open", "Hide the controls"]]) {
    folds.append(Object.assign(make("button", `cnv-fold cnv-when-${state}`, words), { type: "button" }))
  }
  set.setAttribute("aria-label", "What is counted")
  Object.assign(panel, { id: `${prefix}-more`, tabIndex: -1, hidden: true })
  panel.setAttribute("role", "group")
  panel.setAttribute("aria-label", "More")
  unfolds(opener, panel)
  more.append(opener, panel)
  set.append(more)
  frame.append(folds, set)
  root.append(frame)

  const app = document.querySelector("[data-testid=stApp]")
  const away = new MutationObserver(wait)
  if (app) away.observe(app, { attributeFilter: ["data-test-connection-state"] })
  ended.signal.addEventListener("abort", () => away.disconnect())
  // what is open closes where a click, the focus or Escape goes elsewhere; by a click only after it, for nothing may move below the
  // pointer, so that it does what it was meant for too
  listen(document, "click", (event) => close(event.composedPath()), true)
  listen(document, "focusin", (event) => event.target.matches(":focus-visible") && close(event.composedPath()))
  listen(document, "keydown", (event) => {
    if (event.key !== "Escape") return
    // the innermost first
    const [open] = [...set.querySelectorAll("[aria-expanded=true]")].reverse()
    if (!open) return
    const body = document.getElementById(open.getAttribute("aria-controls"))
    if (body.contains(document.activeElement)) open.focus()
    expand(open, false)
  })
  return { show, remove }

  function remove() {
    clearTimeout(late)
    ended.abort()
    frame.remove()
  }

  function show(given) {
    clearTimeout(late)
    // of an address that has been left meanwhile: what was chosen since must not be put back for a moment
    if (data && !isOfAddress(given)) late = setTimeout(() => apply(given), STALE)
    else apply(given)
  }

  function isOfAddress({ names, seen }) {
    const there = new URL(location.href).searchParams
    return names.every((name) => there.getAll(name).join(",") === (seen[name] ?? ""))
  }

  function apply(given) {
    data = given
    if (page !== location.pathname) close([])
    page = location.pathname
    const wanted = [...data.row, ...data.more].map(({ name }) => name)
    for (const [name, field] of fields) {
      if (wanted.includes(name)) continue
      field.element.remove()
      fields.delete(name)
    }
    lay(set, data.row, more)
    lay(panel, data.more, null)
    more.hidden = !data.more.length
    const number = data.more.filter(({ name }) => data.query[name]).length
    text(opener, number ? `More · ${number}` : "More")
    wait()
  }

  function lay(parent, specs, end) {
    let before = null
    for (const spec of specs) {
      let field = fields.get(spec.name)
      const form = [spec.kind, spec.label, spec.help].join("|")
      // of another page, which calls it otherwise
      if (field && field.form !== form) {
        field.element.remove()
        field = null
      }
      if (!field) {
        field = { form, ...KINDS[spec.kind](spec) }
        field.element.classList.add("cnv-control", `cnv-control-${spec.kind}`)
        fields.set(spec.name, field)
      }
      field.show(spec, data.query[spec.name] ?? spec.default ?? "")
      const place = before ? before.nextSibling : parent.firstChild
      if (place !== field.element) parent.insertBefore(field.element, place)
      before = field.element
    }
    if (end && end !== parent.lastChild) parent.append(end)
  }

  // The controls wait while the server is away: a change would reach nobody.
  function wait() {
    const isAway = app?.dataset.testConnectionState !== "CONNECTED"
    if (isAway === set.disabled) return
    if (isAway && set.contains(document.activeElement)) lost = document.activeElement
    set.disabled = isAway
    if (!isAway && lost?.isConnected && document.activeElement === document.body) lost.focus()
    if (!isAway) lost = null
  }

  function write(spec, value) {
    const query = { ...data.query }
    if (value && value !== spec.default) query[spec.name] = value
    else delete query[spec.name]
    if ((query[spec.name] ?? "") === (data.query[spec.name] ?? "")) return
    data = { ...data, query }
    const here = new URL(location.href)
    const words = {}
    for (const name of data.names) if (query[name]) words[name] = query[name]
    for (const name of VIEW) if (here.searchParams.has(name)) words[name] = here.searchParams.get(name)
    const search = Object.entries(words).map(([name, text]) => `${name}=${readable(text)}`).join("&")
    history.pushState(null, "", here.pathname + (search && `?${search}`))
    dispatchEvent(new PopStateEvent("popstate"))
  }

  function unfolds(button, body) {
    button.type = "button"
    button.setAttribute("aria-expanded", "false")
    button.setAttribute("aria-controls", body.id)
    listen(button, "click", () => expand(button, body.hidden))
  }

  function expand(button, open) {
    button.setAttribute("aria-expanded", String(open))
    const body = document.getElementById(button.getAttribute("aria-controls"))
    body.hidden = !open
    // what was looked for in it is over
    const find = open ? null : body.querySelector(".cnv-find")
    if (find?.value) {
      find.value = ""
      find.dispatchEvent(new Event("input"))
    }
    if (!open || !body.classList.contains("cnv-list")) return
    // none of it beyond the edge of the screen
    body.style.left = ""
    const beyond = body.getBoundingClientRect().right - document.documentElement.clientWidth + EDGE
    if (beyond > 0) body.style.left = `${-beyond}px`
  }

  function close(path) {
    for (const button of set.querySelectorAll("[aria-expanded=true]")) {
      if (!path.includes(button) && !path.includes(document.getElementById(button.getAttribute("aria-controls")))) expand(button, false)
    }
  }

  // The name of a control, with what it means beside it.
  function label(spec, tag, target) {
    const line = make("div", "cnv-control-label")
    const name = make(tag, "", spec.label)
    name.id = `${prefix}-${spec.name}-label`
    if (tag === "label") name.htmlFor = target
    line.append(name)
    if (spec.help) {
      const help = Object.assign(make("button", "cnv-term cnv-help", "?"), { type: "button" })
      help.setAttribute("aria-label", `Help for ${spec.label}`)
      help.setAttribute("aria-description", spec.help)
      line.append(help)
    }
    return line
  }

  // One of a few, side by side: arrow keys go from one to the next, and Space or Enter chooses.
  function choice(first) {
    const element = make("div")
    const group = make("div", "cnv-choice")
    let spec = null
    group.setAttribute("role", "radiogroup")
    group.setAttribute("aria-labelledby", `${prefix}-${first.name}-label`)
    element.append(label(first, "span"), group)
    const parts = () => [...group.children]
    const mark = (value) => {
      const found = parts().find((part) => part.dataset.value === value) ?? parts()[0]
      for (const part of parts()) {
        part.setAttribute("aria-checked", String(part === found))
        part.tabIndex = part === found ? 0 : -1
      }
    }
    listen(group, "click", (event) => {
      const part = event.target.closest("button")
      if (!part) return
      mark(part.dataset.value)
      write(spec, part.dataset.value)
    })
    listen(group, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      parts().at((parts().indexOf(event.target) + step) % parts().length).focus()
    })
    return { element, show }

    function show(given, value) {
      if (JSON.stringify(spec?.options) !== JSON.stringify(given.options)) {
        group.replaceChildren(
          ...given.options.map(([name, words]) => {
            const part = Object.assign(make("button", "", words), { type: "button" })
            part.setAttribute("role", "radio")
            part.dataset.value = name
            return part
          }),
        )
      }
      spec = given
      mark(value)
    }
  }

  // One of a list.
  function select(first) {
    const element = make("div")
    const box = make("select")
    let spec = null
    let timer = 0
    let keyed = false
    box.id = `${prefix}-${first.name}`
    element.append(label(first, "label", box.id), box)
    // a closed list takes every value that an arrow key passes: the last of them is meant
    listen(box, "keydown", (event) => (keyed = event.key.startsWith("Arrow")))
    listen(box, "pointerdown", () => (keyed = false))
    listen(box, "blur", () => take(0))
    listen(box, "change", () => take(keyed ? KEYED : 0))
    return { element, show }

    function take(wait) {
      clearTimeout(timer)
      if (wait) timer = setTimeout(take, wait, 0)
      else write(spec, box.value)
    }

    function show(given, value) {
      if (JSON.stringify(spec?.options) !== JSON.stringify(given.options)) {
        box.replaceChildren(...given.options.map(([name, words]) => new Option(words, name)))
      }
      spec = given
      clearTimeout(timer)
      if (box.value !== value) box.value = value
    }
  }

  // Any of a list, behind a button that says which.
  function list(first) {
    const element = make("div")
    const button = make("button", "cnv-list-button")
    const body = make("div", "cnv-list")
    const options = make("div", "cnv-list-options")
    let spec = null
    let find = null
    body.id = `${prefix}-${first.name}`
    body.hidden = true
    body.setAttribute("role", "group")
    body.setAttribute("aria-label", first.label)
    unfolds(button, body)
    element.append(label(first, "span"), button, body)
    if (first.find) {
      find = Object.assign(make("input", "cnv-find"), { type: "search", placeholder: "Find" })
      find.setAttribute("aria-label", `Find in ${first.label}`)
      listen(find, "input", narrow)
      listen(find, "keydown", (event) => {
        const [only, ...others] = shown()
        if (event.key !== "Enter" || !only || others.length) return
        only.click()
      })
      body.append(find)
    }
    body.append(options)
    const boxes = () => [...options.querySelectorAll("input")]
    const shown = () => boxes().filter((box) => !box.closest("label").hidden)
    const chosen = () => spec.options.map(([name]) => name).filter((name) => boxes().find((box) => box.value === name).checked)
    listen(options, "change", () => take(chosen()))
    listen(button, "keydown", (event) => {
      if (event.key === "Backspace" && chosen().length) take(chosen().slice(0, -1))
      if (event.key !== "ArrowDown") return
      event.preventDefault()
      expand(button, true)
      ;(find ?? shown()[0]).focus()
    })
    listen(body, "keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      const stops = find ? [find, ...shown()] : shown()
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)].focus()
    })
    return { element, show }

    function take(names) {
      tell(names)
      write(spec, names.join(","))
    }

    function tell(names) {
      for (const box of boxes()) box.checked = names.includes(box.value)
      const words = names.map((name) => spec.options.find(([one]) => one === name)?.[1] ?? name).join(", ") || spec.placeholder
      text(button, words)
      button.classList.toggle("cnv-list-none", !names.length)
      button.setAttribute("aria-label", `${spec.label}: ${words}`)
    }

    // What a group holds stays in sight where its own name is what was looked for.
    function narrow() {
      const wanted = find.value.trim().toLowerCase()
      const has = (part) => part.textContent.toLowerCase().includes(wanted)
      for (const part of options.querySelectorAll("label")) {
        const head = options.querySelector(`label:has(> input[value="${CSS.escape(part.dataset.group)}"])`)
        part.hidden = !has(part) && !(part.dataset.group && head && has(head))
      }
    }

    function show(given, value) {
      if (JSON.stringify(spec?.options) !== JSON.stringify(given.options)) {
        const groups = given.options.filter((option) => !option[2])
        const ordered = groups.flatMap((head) => [head, ...given.options.filter((option) => option[2] === head[0])])
        options.replaceChildren(
          ...ordered.map(([name, words, group]) => {
            const line = make("label")
            line.dataset.group = group ?? ""
            line.append(Object.assign(make("input"), { type: "checkbox", value: name }), make("span", "", words))
            return line
          }),
        )
      }
      spec = given
      tell(value ? value.split(",") : [])
    }
  }

  // On or off.
  function turn(first) {
    const element = make("div")
    const box = Object.assign(make("input"), { type: "checkbox", id: `${prefix}-${first.name}` })
    let spec = null
    box.setAttribute("role", "switch")
    element.append(box, label(first, "label", box.id))
    listen(box, "change", () => write(spec, box.checked ? spec.on : ""))
    return {
      element,
      show(given, value) {
        spec = given
        box.checked = value === spec.on
      },
    }
  }

  // A number or words, taken at Enter or when the field is left.
  function entry(first) {
    const element = make("div")
    const box = Object.assign(make("input"), { type: "text", id: `${prefix}-${first.name}`, autocomplete: "off", spellcheck: false })
    const wrong = make("p", "cnv-wrong")
    let spec = null
    let told = "" // as it was last shown
    wrong.id = `${box.id}-wrong`
    wrong.setAttribute("role", "status")
    element.append(label(first, "label", box.id), box, wrong)
    listen(box, "change", take)
    listen(box, "keydown", (event) => event.key === "Enter" && take())
    return { element, show }

    function take() {
      const value = box.value.trim()
      const sentence = fault(value)
      complain(sentence)
      if (sentence) return
      told = value || (spec.default ?? "")
      if (!value) box.value = told
      write(spec, plain(value))
    }

    // Thousands may be parted, and a number has one spelling.
    function plain(value) {
      if (spec.kind === "text" || !value) return value
      return String(Number(spec.whole ? value.replace(/[\s,]/g, "") : value))
    }

    function fault(value) {
      if (spec.kind === "text" || !value) return ""
      const bare = spec.whole ? value.replace(/[\s,]/g, "") : value
      const number = Number(bare)
      if (NUMBERS[spec.whole ? "whole" : "any"].test(bare) && number >= spec.least && number <= spec.most) return ""
      const range = `from ${spec.least.toLocaleString("en")} to ${spec.most.toLocaleString("en")}`
      return `“${value}” is not a ${spec.whole ? "whole number" : "number"} ${range}.`
    }

    function complain(sentence) {
      text(wrong, sentence)
      if (sentence) {
        box.setAttribute("aria-invalid", "true")
        box.setAttribute("aria-describedby", wrong.id)
      } else {
        box.removeAttribute("aria-invalid")
        box.removeAttribute("aria-describedby")
      }
    }

    function show(given, value) {
      spec = given
      box.placeholder = spec.placeholder
      box.inputMode = spec.kind === "text" ? "text" : spec.whole ? "numeric" : "decimal"
      // what is being typed is left alone
      if (document.activeElement === box && box.value.trim() !== told) return
      told = value
      if (box.value !== value) box.value = value
      complain("")
    }
  }
}

function make(tag, name = "", words = "") {
  const element = document.createElement(tag)
  if (name) element.className = name
  if (words) element.textContent = words
  return element
}

function text(element, words) {
  if (element.textContent !== words) element.textContent = words
}

// As Python writes it: commas and colons stay.
function readable(words) {
  return encodeURIComponent(words).replaceAll("%2C", ",").replaceAll("%3A", ":")
}
