// What a page says while it is not connected to its server. Part of the served HTML, since everything else of ours comes
// over the very connection that is missing.
//
// Streamlit lays a dialog over the page, makes it inert and keeps it from scrolling. The dialog is closed as soon as it is
// there, before it is drawn, as its own button does; that undoes all three until the connection is lost anew.

(() => {
  const PATIENCE = 700 // milliseconds that a connection may be away before a word is said
  const FIRST = 5000 // milliseconds that the first one may take
  const THANKS = 4000 // milliseconds that its return is told
  const base = new URL("./", document.currentScript.src)
  // Streamlit would look for its server below the page's own path first, find nothing, and only then here. A page that another
  // program shows, which has said where the server is, keeps that.
  window.__streamlit = { BACKEND_BASE_URL: base.href, ...window.__streamlit }
  const strip = document.createElement("div")
  strip.className = "cnv-away"
  strip.role = "status"
  let app = null
  let since = null // when the connection was lost, or the page opened without one
  let place = "" // the address that was open then
  let wasConnected = false
  let timer = 0
  let shown = ""

  const observer = new MutationObserver(look)
  observer.observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-test-connection-state"],
  })
  addEventListener("popstate", () => since && shown && say())
  addEventListener("DOMContentLoaded", () => document.body.append(strip))
  look()

  function look() {
    if (!app?.isConnected) app = document.querySelector("[data-testid=stApp]")
    if (app?.dataset.testConnectionState === "CONNECTED") {
      if (since) back()
      return
    }
    if (!since) {
      since = new Date()
      place = location.href
      timer = setTimeout(say, wasConnected ? PATIENCE : FIRST)
    }
    closeDialog()
  }

  function back() {
    clearTimeout(timer)
    const isReturn = wasConnected
    since = null
    wasConnected = true
    if (shown) {
      write("back", [paragraph("Connected to the server again.")])
      timer = setTimeout(() => write("", []), THANKS)
    }
    // What a link, Back or a control asked for meanwhile, or just before, reached nobody, and Streamlit asks no more: so the
    // page is asked for anew, by its address, which its controls then show.
    if (isReturn) setTimeout(() => dispatchEvent(new PopStateEvent("popstate")))
  }

  async function say() {
    clearTimeout(timer)
    const time = since
    const isBlocked = !wasConnected && (await answers())
    if (time !== since || !since) return
    if (isBlocked) write("blocked", blocked())
    else write("away", [paragraph(`Not connected to the server since ${clock(since)}.`, trying())])
    timer = setTimeout(say, FIRST)
  }

  function trying() {
    const words = " It tries again by itself."
    if (!wasConnected) return `${words} The page comes as soon as the server answers.`
    if (location.href !== place) return `${words} What you chose opens then; until then the page shows what it showed before.`
    return `${words} The page stays as it was; its controls wait.`
  }

  function blocked() {
    const lines = document.createElement("pre")
    lines.textContent = [
      "proxy_http_version 1.1;",
      "proxy_set_header Upgrade $http_upgrade;",
      'proxy_set_header Connection "upgrade";',
    ].join("\n")
    return [
      paragraph(
        "This page stays without its controls and tables: the server answers, but no WebSocket gets through to it.",
        ` Whoever runs the proxy before it has to let upgrades pass to ${base.pathname}_stcore/stream; nginx does with`,
      ),
      lines,
      paragraph("", "The README has the whole block, under “Serving it to others”. If you run none, your network may have one that does the same."),
    ]
  }

  async function answers() {
    try {
      return (await fetch(new URL("live", base), { cache: "no-store", signal: AbortSignal.timeout(FIRST) })).ok
    } catch {
      return false
    }
  }

  function write(kind, parts) {
    const words = parts.map((part) => part.textContent).join("\n")
    if (words === shown) return
    shown = words
    strip.dataset.kind = kind
    strip.replaceChildren(...parts)
    document.documentElement.classList.toggle("cnv-is-away", kind === "away")
  }

  function closeDialog() {
    for (const dialog of document.querySelectorAll("[data-testid=stDialog]")) {
      if (/^\s*Connection error/.test(dialog.textContent)) dialog.querySelector("button[aria-label=Close]")?.click()
    }
  }

  function clock(date) {
    return date.toTimeString().slice(0, 8)
  }

  function paragraph(strong, rest = "") {
    const element = document.createElement("p")
    const part = document.createElement("strong")
    part.textContent = strong
    element.append(part, rest)
    return element
  }
})()
