"""The head of a page as one element: what it is about, and beside it the menus that share it and the button that prints it.

A menu is a `details`, which a browser opens by click and by key without a script; `assets/page.js` closes it when the focus or a
click goes elsewhere. Text to copy stands in a block of its own, with a button.
"""

import streamlit as st

from dashboard.components import markup


def page_head(content: str, *buttons: str) -> None:
    """Draws the head: `content` is HTML of what the page is about, `buttons` of `menu` and the like, empty where there is none."""
    beside = "".join(buttons)
    st.html(
        markup.element(
            "div",
            markup.element("div", content) + (markup.element("div", beside, class_="cnv-menus") if beside else ""),
            class_="cnv-top",
        )
    )


def menu(name: str, content: str) -> str:
    """A button that opens `content`, which is HTML; by its name it stays open when its text changes."""
    return markup.element(
        "details",
        markup.element("summary", markup.text(name), class_="cnv-button")
        + markup.element("div", content, class_="cnv-panel", tabindex="-1"),
        class_="cnv-menu",
        data_fold=name.lower(),
    )


def paragraph(words: str) -> str:
    """A sentence within a menu."""
    return markup.element("p", markup.text(words))


def text_block(text: str, what: str) -> str:
    """Text to copy, as it stands, with a button beside it; `what` is told by the button to whoever does not see the two together."""
    button = markup.element("button", "copy", type="button", class_="cnv-copy", aria_label=f"Copy {what}")
    return markup.element(
        "div", markup.element("pre", markup.element("code", markup.text(text))) + button, class_="cnv-text"
    )
