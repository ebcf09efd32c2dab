// The search box of the bar, and what makes a click on one of our own links change the page without loading it anew.
//
// Streamlit's links and `st.switch_page` make two history entries, or none on the page one is on. Writing the address
// and then telling Streamlit that it changed, as Back and Forward do, makes exactly one.

const WAIT = 120 // milliseconds of silence before suggestions are asked for

export default function ({ data, parentElement }) {
  const box = parentElement.search ?? (parentElement.search = install(parentElement))
  box.data = data
  return () => {
    box.remove()
    delete parentElement.search
  }
}

function install(root) {
  const input = root.querySelector("#what")
  const list = root.querySelector("#found")
  const said = root.querySelector("#said")
  const box = { data: null, remove }
  const ended = new AbortController()
  let asked = null
  let timer = 0
  let active = -1

  const listen = (target, type, handler, capture = false) =>
    target.addEventListener(type, handler, { signal: ended.signal, capture })
  listen(input, "input", () => {
    clearTimeout(timer)
    timer = setTimeout(suggest, WAIT)
  })
  listen(input, "paste", onPaste)
  listen(input, "keydown", onKey)
  listen(input, "blur", close)
  // Before the blur that would close the list.
  listen(list, "pointerdown", (event) => event.preventDefault())
  listen(list, "click", (event) => {
    const option = event.target.closest("li")
    if (option) leave(option.dataset.address)
  })
  listen(document, "click", onLink)
  // `toggle` does not bubble
  listen(document, "toggle", onToggle, true)
  const folds = new MutationObserver(unfoldAgain)
  folds.observe(document.querySelector('[data-testid="stMain"]') ?? document.body, { childList: true, subtree: true })
  ended.signal.addEventListener("abort", () => folds.disconnect())
  installPage(listen)
  return box

  function remove() {
    clearTimeout(timer)
    asked?.abort()
    ended.abort()
  }

  // A browser joins pasted lines without a blank between them: a column of genes out of a table would become one word.
  function onPaste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? ""
    const lines = text.split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean)
    if (lines.length < 2) return
    event.preventDefault()
    input.setRangeText(lines.join(", "), input.selectionStart, input.selectionEnd, "end")
    input.dispatchEvent(new Event("input", { bubbles: true }))
  }

  async function suggest() {
    const text = input.value.trim()
    asked?.abort()
    if (text.length < 1) return close()
    asked = new AbortController()
    try {
      const answer = await ask(text, asked.signal)
      if (!answer) return close()
      show(answer.suggestions)
    } catch {
      close()
    }
  }

  async function ask(text, signal) {
    const answer = await fetch(`${box.data.suggest}?q=${encodeURIComponent(text)}`, { signal })
    return answer.ok ? await answer.json() : null
  }

  function show(found) {
    if (root.activeElement !== input && document.activeElement !== input) return close()
    list.replaceChildren(
      ...found.map((one, number) => {
        const option = document.createElement("li")
        option.id = `found-${number}`
        option.role = "option"
        option.dataset.address = one.address
        option.append(part("b", one.name), part("span", one.description), part("small", one.place))
        return option
      }),
    )
    active = -1
    list.hidden = found.length === 0
    input.setAttribute("aria-expanded", String(!list.hidden))
    said.textContent = found.length === 1 ? "1 suggestion" : `${found.length} suggestions`
    mark()
  }

  function close() {
    clearTimeout(timer)
    asked?.abort()
    list.hidden = true
    active = -1
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
  }

  function mark() {
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(number === active))
    }
    const option = list.children[active]
    if (option) {
      input.setAttribute("aria-activedescendant", option.id)
      option.scrollIntoView({ block: "nearest" })
    } else {
      input.removeAttribute("aria-activedescendant")
    }
  }

  function onKey(event) {
    const count = list.hidden ? 0 : list.children.length
    if (event.key === "Enter") {
      const option = list.children[active]
      if (option) leave(option.dataset.address)
      else confirm(input.value.trim())
    } else if (event.key === "Escape" && count) {
      close()
    } else if (event.key === "ArrowDown" && count) {
      active = active + 1 >= count ? -1 : active + 1
      mark()
    } else if (event.key === "ArrowUp" && count) {
      active = active < 0 ? count - 1 : active - 1
      mark()
    } else {
      return
    }
    event.preventDefault()
  }

  // The server knows what a text means; where it does not answer, the gene page says so.
  async function confirm(text) {
    if (!text) return
    close()
    const answer = await ask(text).catch(() => null)
    leave(answer?.address ?? `${box.data.page}?gene=${readable(text)}`)
  }

  function leave(address) {
    close()
    input.value = ""
    // What the text says itself, that the place is lost or gained, comes before what was chosen on the page.
    const said = new URL(address, location.origin).searchParams
    const others = Object.entries(box.data.kept).filter(([name]) => !said.has(name))
    const kept = others.map(([name, value]) => `&${name}=${readable(value)}`)
    go(address + kept.join(""))
  }
}

function part(name, text) {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

// As Python writes it: commas and colons stay.
function readable(text) {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":")
}

function onLink(event) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement)
  if (!link?.classList.contains("cnv-go") || link.origin !== location.origin) return
  event.preventDefault()
  go(link.href)
}

// A fold whose words change is another element, which would be closed: it is told by its name whether it was open.
const unfolded = new Set()

function onToggle(event) {
  const name = event.target.dataset?.fold
  if (!name) return
  if (event.target.open) unfolded.add(name)
  else unfolded.delete(name)
}

function unfoldAgain(changes) {
  if (!unfolded.size) return
  for (const { addedNodes } of changes) {
    for (const added of addedNodes) {
      if (added.nodeType !== Node.ELEMENT_NODE) continue
      const folds = added.matches("details[data-fold]") ? [added] : added.querySelectorAll("details[data-fold]")
      for (const fold of folds) if (unfolded.has(fold.dataset.fold)) fold.open = true
    }
  }
}

// How a page shows what is counted: it stays while its subject does, unless the link says otherwise.
const VIEW = ["tab", "by", "show", "scale", "sort"]

function go(address) {
  const there = new URL(address, location.origin)
  const here = new URL(location.href)
  const same = (names) =>
    there.pathname === here.pathname &&
    names.every((name) => there.searchParams.get(name) === here.searchParams.get(name))
  if (same(["gene", "region", "sample"]) && !VIEW.some((name) => there.searchParams.has(name))) {
    const kept = VIEW.filter((name) => here.searchParams.has(name))
    const more = kept.map((name) => `${name}=${readable(here.searchParams.get(name))}`)
    if (more.length) there.search = [there.search.replace(/^\?/, ""), ...more].filter(Boolean).join("&")
  }
  if (there.href === location.href) return
  // Another subject begins at the top; what only changes how this one is counted or shown leaves everything where it is.
  const top = !same(["gene", "region", "site", "sample"])
  history.pushState(null, "", there)
  dispatchEvent(new PopStateEvent("popstate"))
  if (top) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  showAnchor()
}
