// What every page does in the browser beside the search box: terms show the sentence of the glossary, coordinates are
// copied, and on a phone the controls unfold below the sentence that says what is counted.
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
  })
  listen(document, "keydown", (event) => {
    if (event.key === "Escape" && tip && !tip.hidden) hide()
  })
  listen(document, "scroll", hide, true)

  function show(term) {
    if (owner === term && tip && !tip.hidden) return
    tip ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "cnv-tip", role: "tooltip" }))
    owner = term
    tip.textContent = term.getAttribute("aria-description")
    tip.hidden = false
    const box = term.getBoundingClientRect()
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
    await navigator.clipboard.writeText(button.dataset.copy)
    button.textContent = "copied"
  } catch {
    // A page that is not served safely may not write there: the text is selected, to be copied by hand.
    getSelection().selectAllChildren(button.previousElementSibling ?? button.parentElement)
    button.textContent = "press Ctrl+C"
  }
  setTimeout(() => (button.textContent = words), COPIED)
}

// The state stands at the root and not in what is folded, which each run of the page draws again.
function fold(button) {
  const open = document.documentElement.classList.toggle("cnv-controls-open")
  const others = [...button.parentElement.querySelectorAll(".cnv-fold")].filter((other) => other !== button)
  others[0]?.focus()
  return open
}
