// What a page says first gives way to the page itself as soon as that is drawn. Until then the page is hidden below it, laid out
// and not seen, so that whatever moves while the page is made moves nothing that is read.

(() => {
  const PATIENCE = 1500 // milliseconds that the pictures of the first screen may take once all else is there
  let observer = null
  let since = 0
  const title = document.title
  let latest = title // what Streamlit would have the title be

  function begin() {
    if (!document.getElementById("cnv-first")) return
    observer = new MutationObserver(look)
    observer.observe(document.getElementById("root"), { subtree: true, childList: true, attributes: true })
    titles.observe(document.head, { subtree: true, childList: true, characterData: true })
    look()
  }

  // On its way to its title a page has the plain one of its kind. That is not shown.
  const titles = new MutationObserver(() => {
    latest = document.title
    if (latest === title) return
    document.title = title
    titles.takeRecords() // of the change just made
  })

  function look() {
    const app = document.querySelector("[data-testid=stApp]")
    if (app?.dataset.testScriptState !== "notRunning" || !app.querySelector(".stMainBlockContainer :is(h1, .cnv-lead, .cnv-notice, [data-testid=stAlert])")) return
    if (!since) {
      since = performance.now()
      setTimeout(look, PATIENCE)
    }
    const waiting = app.querySelectorAll("[data-testid=stSkeleton], [data-testid=stVegaLiteChart]:not(:has(svg, canvas))")
    const waits = [...waiting].some((part) => part.getBoundingClientRect().top < innerHeight)
    if (!waits || performance.now() - since >= PATIENCE) leave()
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin)
  else begin()

  function leave() {
    const first = document.getElementById("cnv-first")
    if (!first) return
    observer.disconnect()
    titles.disconnect()
    document.title = latest
    const read = first.scrollTop
    first.remove()
    if (read) document.querySelector("[data-testid=stMain]")?.scrollTo(0, read)
  }
})()
