"""The answer where nothing is: a page for people, and for programs a refusal as everywhere."""

from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard import pages, settings
from dashboard.colours import DARK, LIGHT
from dashboard.door.refusal import refusal
from dashboard.question.locus import cut
from dashboard.serving.refusals import respond, wants


def not_found(request: Request) -> Response:
    """404 in the form that the client takes: HTML, JSON or plain text."""
    path, below = cut(quote(request.url.path), 60), settings.public_path()
    sentence = f"There is nothing at {path}."
    if wants(request) == "html":
        return HTMLResponse(_page(sentence), status_code=404, headers={"Cache-Control": "no-store", "Vary": "Accept"})
    listed = ", ".join(below + page.path for page in pages.in_order())
    advice = f"The pages are {listed}; {below}{pages.DATA} says what a program can ask for."
    return respond(request, refusal(404, sentence, value=path, advice=advice))


def _page(sentence: str) -> str:
    path = settings.public_path()
    listed = "".join(
        f'<li><a href="{escape(path + page.path)}">{escape(page.description)}</a></li>' for page in pages.in_order()
    )
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
