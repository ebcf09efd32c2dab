"""Beside the heading of a table or chart: the same as a file, in every format that makes sense, as plain links that curl can follow."""

from collections.abc import Sequence

from dashboard import settings
from dashboard.components import markup
from dashboard.door.overview import Overview
from dashboard.downloads.catalogue import CHARTS, FORMAT_WORDS, PICTURES, chart_of, download_of
from dashboard.downloads.cohort_files import FILES
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.subject import Subject
from dashboard.question.view import View


def menu(
    subject: Subject, filters: Filters, *tables: str, charts: tuple[str, ...] = (), view: View | None = None
) -> str:
    """A line of HTML with each table and chart that this server tells, a link for each of its formats: `CSV · TSV | SVG · PNG`.

    The first table goes without words, since it is what the heading names; any other has its own. Empty where it tells none of them. Charts are drawn as `view` has it.
    """
    disclosure = settings.disclosure()
    groups = [
        (
            download.words,
            [(suffix, links.download(download.name, suffix, subject, filters)) for suffix in download.formats],
        )
        for download in map(download_of, tables)
        if disclosure.tells(download.tells)
    ]
    groups += [
        (chart.words, [(suffix, links.chart(chart.name, suffix, subject, filters, view)) for suffix in PICTURES])
        for chart in map(chart_of, charts)
        if disclosure.tells(chart.tells)
    ]
    return formats_line(groups, len(tables))


def formats_line(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], tables: int) -> str:
    """The line of groups, each with words and its formats with their addresses; of the `tables` first all but one have their words."""
    if not groups:
        return ""
    shown = []
    for number, (words, formats) in enumerate(groups):
        others = f"{markup.text(words)}: " if 0 < number < tables else ""
        shown.append(markup.element("span", others + _links(words, formats)))
    return markup.element("span", "".join(shown), class_="cnv-formats")


def overview_menu(overview: Overview, view: View, *names: str) -> str:
    """The same of tables and charts of the whole cohort, by their names, as the page shows them."""
    disclosure = settings.disclosure()
    query = overview.query()
    groups = []
    for name in names:
        if name in FILES and disclosure.tells(FILES[name].tells):
            own = {key: value for key, value in query.items() if key in FILES[name].takes}
            formats = [
                (suffix, links.address(f"{links.DOWNLOADS}/{name}.{suffix}", own)) for suffix in FILES[name].formats
            ]
            groups.append((FILES[name].words, formats))
        if name in CHARTS and disclosure.tells(chart_of(name).tells):
            pictures = [
                (suffix, links.address(f"{links.CHARTS}/{name}.{suffix}", query | view.to_query()))
                for suffix in PICTURES
            ]
            groups.append((chart_of(name).words, pictures))
    shown = "".join(markup.element("span", _links(words, formats)) for words, formats in groups)
    return markup.element("span", shown, class_="cnv-formats") if shown else ""


def section(title: str, formats: str = "", level: int = 2, **attributes: str) -> str:
    """A heading, as HTML, with the line of formats at its right; `attributes` are the heading's."""
    heading = markup.element(f"h{level}", title, class_="cnv-section", **attributes)
    return markup.element("div", heading + formats, class_="cnv-section-row")


def format_links(words: str, formats: list[tuple[str, str]]) -> str:
    """A line of what there is with a link for each of its formats, at these addresses."""
    return markup.element("p", f"{markup.text(words)}: {_links(words, formats)}", class_="cnv-links")


def _links(words: str, formats: Sequence[tuple[str, str]]) -> str:
    return " · ".join(
        markup.file_link(FORMAT_WORDS.get(suffix, suffix.upper()), address, f"{words} as {suffix}")
        for suffix, address in formats
    )
