"""The search box: suggestions while typing, arrow keys, one entry in the browser's history for each choice.

A component of our own and not a select box: 62,000 genes would go to every visitor, and each letter typed would run
the page again. It asks `/suggest` instead. The same script makes clicks on our links change the page in place;
`assets/page.js` beside it shows the sentences of the glossary.
"""

from collections.abc import Mapping

import streamlit as st

from dashboard import pages
from dashboard.components.markup import outside
from dashboard.components.programs import loading
from dashboard.question import links
from dashboard.question.subject import Kind
from dashboard.settings import ASSETS

_box = st.components.v2.component(
    "search",
    html=(ASSETS / "search.html").read_text(encoding="utf-8"),
    css=(ASSETS / "search.css").read_text(encoding="utf-8"),
    js=loading("search"),
)


def search_box(filters: Mapping[str, str]) -> None:
    """The box; `filters` are the names and values that the address of the chosen gene keeps."""
    _box(
        key="search",
        data={
            "page": outside(pages.page_of(Kind.GENE.value).path),
            "suggest": outside(links.SUGGEST),
            "kept": dict(filters),
        },
    )
