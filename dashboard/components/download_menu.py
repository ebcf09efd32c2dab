"""Beside a table or chart: the same as a file, in every format that makes sense, as plain links that curl can follow."""

from typing import Final

from dashboard.components import markup
from dashboard.downloads.catalogue import PICTURES, TABLES
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.subject import Subject

_WORDS: Final = {
    "carriers": "Carriers, an event a row",
    "calls": "Their calls, as the caller wrote them",
    "frequencies": "Frequencies of every group",
    "sites": "Sites",
    "genes": "Genes, each with its carriers",
}
_FORMAT_WORDS: Final = {"parquet": "Parquet", "pgxseg": "pgxseg"}


def menu(subject: Subject, filters: Filters, *tables: str, charts: tuple[str, ...] = ()) -> str:
    """An HTML menu that unfolds: a line for each table and chart, with a link for each of its formats."""
    lines = [
        _line(
            _WORDS[table],
            [(suffix, links.download(table, suffix, subject, filters)) for suffix in TABLES[table]],
        )
        for table in tables
    ]
    lines += [
        _line("Chart", [(suffix, links.chart(name, suffix, subject, filters)) for suffix in PICTURES])
        for name in charts
    ]
    return markup.element(
        "details", markup.element("summary", "Download") + "".join(lines), class_="cnv-more cnv-download"
    )


def _line(words: str, formats: list[tuple[str, str]]) -> str:
    told = " ".join(
        markup.file_link(_FORMAT_WORDS.get(suffix, suffix.upper()), address, f"{words} as {suffix}")
        for suffix, address in formats
    )
    return markup.element("p", f"{markup.text(words)}: {told}", class_="cnv-links")
