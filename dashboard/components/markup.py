"""HTML and Markdown made of values: the one place where text from a person or a database is escaped.

Everything that is shown goes through `text` on its way into HTML, or `label` on its way into a Markdown label.
"""

import re
from collections.abc import Iterable
from html import escape

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&])")


def text(value: object) -> str:
    """A value as text in HTML, in an element or in a quoted attribute."""
    return escape(str(value), quote=True)


def label(value: object) -> str:
    """A value as plain text in a Markdown label: no character keeps a meaning of its own."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def element(name: str, content: str, **attributes: str) -> str:
    """An element around content that is already HTML; attribute values are escaped, `class_` is `class`."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{content}</{name}>"


def link(content: object, address: str, **attributes: str) -> str:
    """A link inside this site; the address comes from `dashboard.links`."""
    return element("a", text(content), href=address, **attributes)


def paragraphs(lines: Iterable[str]) -> str:
    """Lines that are already HTML, each its own paragraph."""
    return "".join(element("p", line) for line in lines)
