"""HTML made of values: the one place where text from a person or a database is escaped.

Everything of theirs that is shown goes through `text`; none of it goes into Streamlit's Markdown.
"""

from collections.abc import Iterable
from html import escape

from dashboard import settings


def text(value: object) -> str:
    """A value as text in HTML, in an element or in a quoted attribute."""
    return escape(str(value), quote=True)


def outside(address: str) -> str:
    """An address of ours as a browser has to ask for it: below the path that we are served at, where there is one."""
    return f"{settings.public_path()}{address}" if address.startswith("/") else address


def element(name: str, content: str, **attributes: str) -> str:
    """An element around content that is already HTML; attribute values are escaped, `class_` is `class`.

    An `href` to a page or file of ours gets the path at which a proxy serves us.
    """
    if "href" in attributes:
        attributes["href"] = outside(attributes["href"])
    attributes_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{attributes_text}>{content}</{name}>"


def anchor(title: str) -> str:
    """What `#` in an address leads to: a section's title in small letters, dashes for spaces."""
    return title.lower().replace(" ", "-")


def caption(content: object) -> str:
    """A table's caption, as wide as what is seen of the table: one that scrolls can be wider than the screen."""
    return element("caption", element("span", text(content)))


def link(content: object, address: str, **attributes: str) -> str:
    """A link to a page of ours, which changes in place; the address comes from `dashboard.question.links`."""
    return element("a", text(content), href=address, class_="cnv-go", **attributes)


def scroll_box(table: str, label: str) -> str:
    """A table that may be wider than the screen, in a box that scrolls, by keys too; `label` says to a screen reader what it is."""
    return element("div", table, class_="cnv-scroll", tabindex="0", role="region", aria_label=label)


def out_link(content: object, address: str) -> str:
    """A link to another site, in a tab of its own; it is not told what was looked at here."""
    return element("a", text(content), href=address, target="_blank", rel="noopener noreferrer")


def file_link(content: object, address: str, label: str = "", **attributes: str) -> str:
    """A link to a file or to an answer that is no page; `label` says more to a screen reader."""
    said = {"aria_label": label} if label else {}
    return element("a", text(content), href=address, download="", **said, **attributes)


def paragraphs(lines: Iterable[str]) -> str:
    """Lines that are already HTML, each its own paragraph."""
    return "".join(element("p", line) for line in lines)


def notice(lines: Iterable[str]) -> str:
    """A box with lines that are already HTML."""
    return element("div", paragraphs(lines), class_="cnv-notice", role="status")
