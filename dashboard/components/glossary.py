"""The terms of the glossary where pages use them: each with the sentence that says what it is.

The sentences are those of `docs/glossary.md`, read once, without their links and citations.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Final

from dashboard.settings import ASSETS

_HEADING: Final = re.compile(r"^### (.+)$", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CITATION: Final = re.compile(r" \((?:R\d+(?:, )?)+\)")
_CODE: Final = re.compile(r"`([^`]*)`")

PHRASES: Final[Mapping[str, str]] = {
    "credible": "Credible",
    "PASS": "Filter",
    "sensitive": "Level",
    "whatever their filter": "Level",
    "The filter hides": "Level",
    "losses": "Loss",
    "gains": "Gain",
    "complete losses": "Complete loss",
    "partial losses": "Partial loss",
    "low-level gains": "Low-level gain",
    "high-level gains": "High-level gain",
    "coding sequence": "Coding sequence",
    "unrelated": "Unrelated",
    "large events": "Outlier",
    "pseudo-autosomal regions": "Pseudo-autosomal region",
    "super-population": "Super-population",
    "population": "Population",
    "copy number": "Copy number",
    "bins": "Bin",
    "QUAL": "Quality",
    "Relatives": "Trio",
    "callset": "Callset",
    "95 % intervals": "Wilson interval",
    "95 % interval": "Wilson interval",
    "carriers": "Carrier",
    "Carriers": "Carrier",
    "not assessable": "Not assessable",
    "paralogous": "Paralogous",
    "overlap rule": "Overlap rule",
    "apparent de novo": "Apparent de novo",
    "Site": "Site",
    "Transcript": "Representative transcript",
}
"""The term that each phrase of a page stands for, by the heading of the glossary."""

_ANY_PHRASE: Final = re.compile(
    r"\b(" + "|".join(re.escape(escape(phrase)) for phrase in sorted(PHRASES, key=len, reverse=True)) + r")\b"
)


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, str]:
    """The first paragraph below each heading, as plain text, by heading."""
    text = (ASSETS / "glossary.md").read_text(encoding="utf-8")
    parts = _HEADING.split(text)[1:]
    return {
        heading.strip(): _plain(body.strip().partition("\n\n")[0])
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


def _plain(words: str) -> str:
    return _CODE.sub(r"\1", _CITATION.sub("", _LINK.sub(r"\1", words))).strip()


def term(words: str, heading: str) -> str:
    """A term as HTML: a button whose description is the sentence of the glossary, which `assets/page.js` shows.

    KeyError where the glossary has no such heading.
    """
    return (
        f'<button type="button" class="cnv-term" aria-description="{escape(definitions()[heading], quote=True)}">'
        f"{escape(words)}</button>"
    )


def with_terms(content: str) -> str:
    """Text that is already HTML, without elements, where the first use of each term is one."""
    shown: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        heading = PHRASES[match[1].replace("&amp;", "&")]
        if heading in shown:
            return match[1]
        shown.add(heading)
        return term(match[1], heading)

    return _ANY_PHRASE.sub(replace, content)
