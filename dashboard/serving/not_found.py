"""The answer where nothing is: a page for people, one sentence for programs."""

from html import escape
from typing import Final
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dashboard.colours import DARK, LIGHT
from dashboard.question import links
from dashboard.question.locus import cut

_PAGES: Final = (
    (links.START, "Cohort"),
    (links.GENE, "Gene"),
    (links.REGION, "Region"),
    (links.DATA, "Data, definitions and what a program can ask for"),
)


def not_found(request: Request) -> Response:
    """404 in the words that the client takes: HTML, JSON or plain text."""
    sentence = f"There is nothing at {cut(quote(request.url.path), 60)}."
    accepted = request.headers.get("accept", "").lower()
    if "text/html" in accepted:
        return HTMLResponse(_page(sentence), status_code=404)
    advice = (
        f"The pages are {', '.join(address for address, _ in _PAGES)}; {links.DATA} says what a program can ask for."
    )
    if "json" in accepted:
        content = {"status": "not found", "reason": sentence, "advice": advice}
        return Response(orjson.dumps(content), status_code=404, media_type="application/json")
    return PlainTextResponse(f"{sentence} {advice}\n", status_code=404)


def _page(sentence: str) -> str:
    listed = "".join(f'<li><a href="{address}">{escape(words)}</a></li>' for address, words in _PAGES)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not found · 1000 Genomes CNV explorer</title>
<style>
body {{ font: 1rem/1.5 "Source Sans", system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem;
  color: {LIGHT.text}; background: {LIGHT.background}; }}
a {{ color: {LIGHT.primary}; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: {DARK.text}; background: {DARK.background}; }}
  a {{ color: {DARK.primary}; }}
}}
</style>
</head>
<body>
<main>
<h1>Not found</h1>
<p>{escape(sentence)} Perhaps the address was mistyped, or only a part of it was copied.</p>
<p>These pages are there:</p>
<ul>{listed}</ul>
</main>
</body>
</html>
"""
