"""The tables at the end of a page, one at a time: sites, carriers, families, genes. Only the one that is open is counted and sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard import settings
from dashboard.components import markup
from dashboard.components.download_menu import menu, section
from dashboard.components.frame import notice
from dashboard.components.frequency import PLURALS
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.components.table import Table, draw_table, table_of
from dashboard.door.question import Question
from dashboard.question import links, subject
from dashboard.question.view import Tab
from dashboard.rows.carriers import carrier_rows, events_with_relatives
from dashboard.rows.families import family_rows
from dashboard.rows.genes import MOST_GENES, are_counted, gene_rows
from dashboard.rows.neighbours import NeighbourRows, neighbour_filters
from dashboard.rows.sites import SiteRows
from dashboard.rows.table import Rows
from dashboard.store.callability import Callability
from dashboard.words import overlap_rules, quantities
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.assembly import ASSEMBLY

LABELS: Final = {
    Tab.SITES: "Sites",
    Tab.CARRIERS: "Carriers",
    Tab.FAMILIES: "Families",
    Tab.GENES: "Genes",
    Tab.NEIGHBOURS: "Neighbours",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place whose tables are shown, and how well it can be seen."""

    run: Run
    question: Question
    seen: Callability
    switch: str = ""
    """HTML that leads to another overlap rule."""

    @property
    def query(self) -> Mapping[str, str]:
        """What files and rows of the place are asked with."""
        return self.question.subject.query(self.question.filters)


def available_tabs(question: Question, *, is_counted: bool, is_wide: bool = False) -> list[Tab]:
    """The tables that this server shows of a place, in their order: sites where the place is assessable and somebody is counted, no
    carriers of one so wide that their share says nothing, genes of a region."""
    target = question.target
    available = []
    if is_counted and target.site is None and shows(Section.SITES):
        available.append(Tab.SITES)
    if shows(Section.CARRIERS) and not is_wide:
        available += [Tab.CARRIERS, Tab.FAMILIES]
    if question.region:
        available.append(Tab.GENES)
    if question.subject.kind is subject.Kind.SITE and shows(Section.SITES):
        available.append(Tab.NEIGHBOURS)
    return available


def tabs(place: Place, available: Sequence[Tab]) -> None:
    """The tabs, and the table of the one that is open: the one that the address names, else the first."""
    if not available:
        return
    wanted = place.run.view.tab
    open_tab = wanted if wanted and wanted in available else available[0]
    nav = markup.element(
        "nav", "".join(_tab(place, tab, is_open=tab is open_tab) for tab in available),
        class_="cnv-tabs", aria_label="Tables",
    )  # fmt: skip
    draw = {
        Tab.SITES: _sites,
        Tab.CARRIERS: _carriers,
        Tab.FAMILIES: _families,
        Tab.GENES: _genes,
        Tab.NEIGHBOURS: _neighbours,
    }
    draw[open_tab](place, nav)


def _tab(place: Place, tab: Tab, *, is_open: bool) -> str:
    question = place.question
    # an order is of one table's columns
    view = replace(place.run.view, tab=tab, sort="")
    address = links.page(question.subject, question.filters, view)
    return markup.link(LABELS[tab], address, **({"aria_current": "true"} if is_open else {}))


def _draw(
    place: Place, nav: str, heading: str, notes: str, rows: Rows, name: Tab, caption: str, query: Mapping[str, str]
) -> None:
    """What stands above a table, and the table."""
    table: Table = table_of(name.value, caption, rows, query, place.run.view.sort)
    st.html(nav + heading + notes)
    if table.problem:
        notice([markup.text(table.problem.sentence)])
    draw_table(table, key=f"{name.value} {place.question.subject.kind.value} {place.question.subject.name}")


def _counted(words: str, more: str = "") -> str:
    """Small words, and behind them HTML that leads further."""
    return markup.element("p", f"{markup.text(words)} {more}".rstrip(), class_="cnv-counted") if words else ""


def _sites(place: Place, nav: str) -> None:
    question, filters = place.question, place.question.filters
    rows = SiteRows(question)
    count = "one" if len(rows) == 1 else quantities.count(len(rows)) if len(rows) else "none"
    of_sites = filters.of_sites()
    heading = section(f"Sites: {count}", menu(question.subject, of_sites, "sites"))
    if not len(rows):
        st.html(nav + heading + _counted("No site was called here in the group that is counted."))
        return
    sentences = [
        "A site is events of one direction that overlap the commonest interval by half or more, reciprocally; "
        "its name leads to its page."
    ]
    if replace(of_sites, overlap=filters.overlap) != filters:
        sentences.append("Limits of length, quality and bins are not applied here.")
    place_name = question.gene.name if question.gene else question.subject.name
    more = markup.link(
        "In the catalogue, with trios and differences between populations", links.catalogue(place_name, of_sites)
    )
    _draw(
        place, nav, heading, _counted(" ".join(sentences), more), rows, Tab.SITES, f"Sites: {count}",
        question.subject.query(filters),
    )  # fmt: skip


def _title_of_carriers(place: Place) -> str:
    return "Carriers" if place.seen.assessable and not place.seen.is_paralogous else "Called here"


def _no_carriers(place: Place, nav: str, title: str) -> None:
    words = "A wider filter or another overlap rule may show some."
    paralogous = place.seen.is_paralogous
    if paralogous:
        words = f"{FEW_CALLS[0].upper()}{FEW_CALLS[1:]}. {words}"
    st.html(nav + section(f"{title}: {'no call' if paralogous else 'none'}") + _counted(words))


def _carriers(place: Place, nav: str) -> None:
    """The events that make carriers. Where the place is not assessable they are calls that were made there, and nothing more; at a
    place of copies those that are missing say nothing."""
    question, target, filters = place.question, place.question.target, place.question.filters
    events = events_with_relatives(question)
    title = _title_of_carriers(place)
    if events.is_empty():
        _no_carriers(place, nav, title)
        return
    by_direction = [
        f"{quantities.count(events.filter(pl.col('direction') == direction)['sample'].n_unique())} with {plural}"
        for direction, plural in PLURALS.items()
        if direction in filters.directions and target.direction in (None, direction)
    ]
    rule = markup.element(
        "span",
        markup.text(
            overlap_rules.rule(target.rule_in_force(filters.overlap), target.kind, is_site=target.site is not None)
        ),
        class_="cnv-name",
    )
    words = f"{title}: {quantities.joined(by_direction, 'and')}"
    heading = section(f"{markup.text(words)} {rule}", menu(question.subject, filters, "carriers", "calls"))
    rows = "row" if events.height == 1 else "rows"
    note = (
        f"One row an event, {quantities.count(events.height)} {rows}; class and copies are the carrier's at the place, under "
        f"the overlap rule. Positions are 1-based and inclusive, {ASSEMBLY.name}."
    )
    _draw(place, nav, heading, place.switch + _counted(note), carrier_rows(question), Tab.CARRIERS, words, place.query)


def _families(place: Place, nav: str) -> None:
    """Carriers with a parent or a child who carries too (R11)."""
    question = place.question
    rows = family_rows(question)
    total = rows.frame.height
    title = f"Carriers with relatives who carry it too: {quantities.count(total) if total else 'none'}"
    if not total:
        words = "No carrier who is counted has a parent or child in the panel who carries too."
        st.html(nav + section(markup.text(title)) + _counted(words))
        return
    heading = section(markup.text(title), menu(question.subject, question.filters, "carriers"))
    note = (
        "Parents and children are looked for among everyone in the panel, whatever the cohort chosen. One row an event; the file has the "
        "events of all carriers."
    )
    _draw(place, nav, heading, _counted(note), rows, Tab.FAMILIES, title, place.query)


def _neighbours(place: Place, nav: str) -> None:
    """The other sites that touch a site, of other lengths and of the other direction."""
    question = place.question
    rows = NeighbourRows(question)
    title = f"Neighbours: {quantities.count(len(rows)) if len(rows) else 'none'}"
    here = subject.region(question.target.interval)
    files = menu(here, neighbour_filters(question.filters), "sites")
    if not len(rows):
        st.html(
            nav
            + section(title, files)
            + _counted("No other site with carriers in the group that is counted touches this one.")
        )
        return
    note = (
        "Sites of both directions that touch this one, the most alike first. An event stands in one site alone, so their carriers do "
        "not add up to those of the place."
    )
    _draw(place, nav, section(title, files), _counted(note), rows, Tab.NEIGHBOURS, title, place.query)


def _genes(place: Place, nav: str) -> None:
    """The genes of a region, each counted as on its own page."""
    question, filters = place.question, place.question.filters
    files = menu(question.subject, filters, "genes")
    if not (shows(Section.GENES) and are_counted(question)):
        _names(place, nav, files)
        return
    rows = gene_rows(question)
    if not rows.frame.height:
        st.html(nav + section("Genes in the region: none") + _counted("No gene of the gene models lies there."))
        return
    title = f"Genes in the region: {quantities.count(rows.frame.height)}"
    note = "Each is counted as on its own page, whose rule stands beside it."
    _draw(place, nav, section(title, files), _counted(note), rows, Tab.GENES, title, place.query)


def _names(place: Place, nav: str, files: str) -> None:
    """The names alone, with a sentence why."""
    region = place.question.region
    genes = region.genes if region else ()
    if not genes:
        st.html(nav + section("Genes in the region: none") + _counted("No gene of the gene models lies there."))
        return
    if shows(Section.GENES):
        why = (
            f"More than {MOST_GENES} genes lie there, so they are not counted here one by one: the file has them all, "
            "and the first, coding ones before others, are"
        )
    else:
        why = f"{settings.disclosure().limit} The page of each gene says so of it."
    names = "".join(
        markup.link(
            gene.symbol,
            links.page(subject.gene(gene.name), place.question.filters),
            title=gene.description or gene.biotype.replace("_", " "),
        )
        for gene in genes
    )
    st.html(
        nav
        + section("Genes in the region", files)
        + _counted(why)
        + markup.element("p", names, class_="cnv-links cnv-choices")
    )
