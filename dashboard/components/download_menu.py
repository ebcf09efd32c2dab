"""Beside a table or chart: the same as a file, in every format that makes sense, as plain links that curl can follow."""

from dashboard import settings
from dashboard.components import markup
from dashboard.downloads.catalogue import FORMAT_WORDS, PICTURES, chart_of, download_of
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.subject import Subject


def menu(subject: Subject, filters: Filters, *tables: str, charts: tuple[str, ...] = ()) -> str:
    """An HTML menu that unfolds: a line for each table and chart that this server tells, with a link for each of its formats.

    Empty where it tells none of them."""
    disclosure = settings.disclosure()
    lines = [
        format_links(
            download.words,
            [(suffix, links.download(download.name, suffix, subject, filters)) for suffix in download.formats],
        )
        for download in map(download_of, tables)
        if disclosure.tells(download.tells)
    ]
    lines += [
        format_links(chart.words, [(suffix, links.chart(chart.name, suffix, subject, filters)) for suffix in PICTURES])
        for chart in map(chart_of, charts)
        if disclosure.tells(chart.tells)
    ]
    if not lines:
        return ""
    return markup.element(
        "details", markup.element("summary", "Download") + "".join(lines), class_="cnv-more cnv-download"
    )


def format_links(words: str, formats: list[tuple[str, str]]) -> str:
    """A line of what there is with a link for each of its formats, at these addresses."""
    shown = " ".join(
        markup.file_link(FORMAT_WORDS.get(suffix, suffix.upper()), address, f"{words} as {suffix}")
        for suffix, address in formats
    )
    return markup.element("p", f"{markup.text(words)}: {shown}", class_="cnv-links")
