"""The rules and the glossary as plain pages of their own, for whoever has a dashboard or a database and no repository.

Made from the Markdown files that stand in `docs/` (`assets/` leads to them), with the anchors that a repository's page
gives them, so that `/rules#r7-overlap-rules` is an address to send.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard import pages, settings
from dashboard.question import links
from dashboard.serving.route_path import route_path

PAPERS: Final = {links.RULES: "rules.md", links.GLOSSARY: "glossary.md"}
"""Files of the assets, by the path at which each is shown."""

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{min-width:6rem;text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8888}"
)


async def paper(request: Request) -> Response:
    """Answers `/rules` and `/glossary`."""
    return HTMLResponse(page(PAPERS[route_path(request.scope).rstrip("/")]), headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=len(PAPERS))
def page(file: str) -> str:
    """The page of one of the files, as HTML."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((settings.ASSETS / file).read_text(encoding="utf-8"))
    title = ""
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(content.content))
            title = title or content.content
    for token in tokens:
        _lead_links(token.children or [])
    body = parser.renderer.render(tokens, parser.options, {})
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head>'
        f'<body><nav><a href=".{pages.START}">1000 Genomes CNV explorer</a></nav><main>{body}</main></body></html>\n'
    )


def anchor(title: str) -> str:
    """The anchor of a heading: small letters, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _lead_links(tokens: list[Token]) -> None:
    """Makes links to the other paper lead there, and takes off those to files that are in the repository alone."""
    shown = {file: path.removeprefix("/") for path, file in PAPERS.items()}
    is_open = False
    for token in tokens:
        if token.type == "link_open":
            file, hash_sign, fragment = str(token.attrGet("href")).partition("#")
            is_open = not file or file in shown
            if is_open:
                token.attrSet("href", f"{shown.get(file, '')}{hash_sign}{fragment}")
        if token.type in ("link_open", "link_close") and not is_open:
            token.type, token.tag, token.nesting = "text", "", 0
            token.content = ""
