"""What there is of a person, and of a callset as a whole, as files: a line with each format beside a heading."""

from dashboard import settings
from dashboard.components.download_menu import formats_line
from dashboard.door.person import PersonQuestion
from dashboard.downloads.catalogue import PICTURES, chart_of
from dashboard.downloads.cohort_files import FILES
from dashboard.question import links
from dashboard.question.filters import Filters


def person_menu(question: PersonQuestion, *tables: str, charts: tuple[str, ...] = ()) -> str:
    """Tables and charts of a person, as `download_menu.menu` has those of a place."""
    sample, filters = question.person.sample, question.filters
    groups = [
        (
            file.words,
            [(suffix, links.person_download(file.table.name, suffix, sample, filters)) for suffix in file.formats],
        )
        for file in (FILES[table] for table in tables)
        if settings.disclosure().tells(file.tells)
    ]
    groups += [
        (
            chart.words,
            [(suffix, links.person_chart(chart.name, suffix, sample, filters, question.event)) for suffix in PICTURES],
        )
        for chart in map(chart_of, charts)
        if settings.disclosure().tells(chart.tells)
    ]
    return formats_line(groups, len(tables))


def callset_menu(filters: Filters, tables: tuple[str, ...] = (), charts: tuple[str, ...] = ()) -> str:
    """The same of a callset as a whole."""
    groups = [
        (file.words, [(suffix, links.callset_download(file.table.name, suffix, filters)) for suffix in file.formats])
        for file in (FILES[table] for table in tables)
        if settings.disclosure().tells(file.tells)
    ]
    groups += [
        (chart.words, [(suffix, links.callset_chart(chart.name, suffix, filters)) for suffix in PICTURES])
        for chart in map(chart_of, charts)
        if settings.disclosure().tells(chart.tells)
    ]
    return formats_line(groups, len(tables))
