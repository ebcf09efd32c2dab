"""The style sheet of our own HTML, in the colours of the theme that is on.

Streamlit tells the server which theme the browser shows, so one palette is written out and nothing has to be
overridden. The rules lie in `dashboard/assets/pages.css`; written here are the colours that they name.
"""

from dataclasses import fields
from functools import lru_cache

from dashboard.colours import Palette
from dashboard.settings import ASSETS


@lru_cache
def style_sheet(palette: Palette) -> str:
    """The `<style>` element of a page: the palette's colours as custom properties `--cnv-<name>`, and the rules."""
    return f"<style>\n:root{{{properties(palette)}}}\n{rules()}</style>"


def properties(palette: Palette) -> str:
    """The palette's colours as custom properties `--cnv-<name>`."""
    colours = {field.name: getattr(palette, field.name) for field in fields(palette) if field.type is str}
    return "".join(f"--cnv-{name.replace('_', '-')}:{colour};" for name, colour in colours.items())


@lru_cache
def rules() -> str:
    """The rules."""
    return (ASSETS / "pages.css").read_text(encoding="utf-8")
