"""The catalogue of sites: how many are listed and left out, what they are narrowed to, and the table with its files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import pages, settings
from dashboard.components import markup
from dashboard.components.api_call import api_menu, catalogue_calls
from dashboard.components.controls import (
    COHORT_NAMES,
    COHORTS,
    FOLD,
    SEXES,
)
from dashboard.components.download_menu import section
from dashboard.components.frame import notice
from dashboard.components.glossary import with_terms
from dashboard.components.menu import page_head
from dashboard.components.run import Run
from dashboard.components.sections import TELLS, Section, shows
from dashboard.components.share import report_button, share_address
from dashboard.components.table import draw_table, table_of
from dashboard.components.titles import title_of_sites
from dashboard.components.url_state import show, write_address
from dashboard.door.catalogue import CatalogueQuestion, resolve_catalogue
from dashboard.downloads.catalogue import FORMAT_WORDS, detail_of, formats_of
from dashboard.question import links
from dashboard.question.catalogue import Badge, Catalogue, Genes
from dashboard.question.filters import Filters, Outliers
from dashboard.rows.catalogue_sites import CatalogueRows
from dashboard.store.catalogue import catalogue_numbers
from dashboard.store.cohort import group_names, release
from dashboard.words import callers as caller_words
from dashboard.words import catalogue as catalogue_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import COUNTED_CLASSES

TABLE: Final = links.CATALOGUE
NARROW: Final = 205
"""Pixels of a control, so that all stand in one row of a laptop."""
_NOTE: Final = (
    "A site is events of one direction that overlap the commonest interval by half or more, reciprocally; its name leads to its page. "
    "Alleles, F_ST, V_ST, q, transmission and the shares of super-populations are of unrelated people at credible, whoever is counted."
)


def question_of(run: Run) -> CatalogueQuestion:
    """What the address asks of the catalogue."""
    return resolve_catalogue(run.database, run.values)


def title(question: CatalogueQuestion) -> str:
    """The heading of the page."""
    return f"Sites at {question.heading}" if question.heading else "Sites"


def address(question: CatalogueQuestion) -> str:
    """The page of a question, in one spelling."""
    return links.address(pages.SITES, question.query())


def catalogue_lead(question: CatalogueQuestion) -> str:
    """How many sites are listed, narrowed to what, and how many are left out for their carriers alone, as HTML."""
    filters, catalogue = question.filters, question.catalogue
    numbers = catalogue_numbers(question.database, filters, catalogue, question.place)
    least = settings.disclosure().smallest_cell
    listed = (
        f"{quantities.count(numbers.sites)} {'site' if numbers.sites == 1 else 'sites'}" if numbers.sites else "No site"
    )
    narrowed = [
        *([] if least else [f"with {catalogue_words.carriers(catalogue.min_carriers)}"]),
        *catalogue_words.narrowing(filters, catalogue),
    ]
    sentence = markup.element("strong", markup.text(listed)) + markup.text(f" {', '.join(narrowed)}".rstrip()) + "."
    if numbers.left_out and not least:
        left_out = catalogue_words.left_out(numbers.left_out, catalogue.min_carriers)
        verb = "is" if numbers.left_out == 1 else "are"
        every = links.address(pages.SITES, replace(question, catalogue=replace(catalogue, min_carriers=1)).query())
        sentence += f" {markup.text(f'{left_out} {verb} left out.')} {markup.link('List these too', every)}"
    return markup.element("div", markup.paragraphs([sentence]), class_="cnv-lead")


def counted(question: CatalogueQuestion) -> str:
    """What is counted, in whom, as HTML."""
    filters = question.filters
    callset = f", callset {question.database.callset}" if len(question.database.callsets) > 1 else ""
    words = f"Counted: {filter_words.events(filters)}, in {filter_words.group(filters)}{callset}."
    shown = with_terms(markup.text(words))
    if limit := settings.disclosure().limit:
        shown += " " + markup.text(limit)
    plain = replace(question, filters=Filters(callset=filters.callset), catalogue=Catalogue())
    if question.query() != plain.query() and not settings.disclosure().smallest_cell:
        shown += " " + markup.link("Use the defaults", address(plain))
    if question.place:
        whole = replace(question, place=None, gene=None, region="", heading="")
        shown += " " + markup.link("Sites of the whole genome", address(whole))
    return markup.element("div", markup.paragraphs([shown]), class_="cnv-counted")


def catalogue_page(run: Run) -> None:
    """The page."""
    if not shows(Section.SITES):
        st.html(markup.element("div", markup.element("h1", "Sites"), class_="cnv-head"))
        notice([markup.text(settings.disclosure().reason(TELLS[Section.SITES]))])
        return
    question = question_of(run)
    st.set_page_config(page_title=title_of_sites(title(question), question.database))
    page_head(
        markup.element("div", markup.element("h1", markup.text(title(question))), class_="cnv-head"),
        share_address(run, address(question), "sites", _file(question, "csv") if _files(question) else ""),
        report_button(),
        api_menu(run, catalogue_calls(question)),
    )
    # the frame has told what is wrong with the filters
    told = set(run.request.problems)
    if problems := [problem for problem in question.problems if problem not in told]:
        sentences = [markup.text(problem.sentence) for problem in problems]
        notice([*sentences, "What the address says there was left aside; the defaults are used instead."])
    # before the sentence: where carriers are summed, the rows tell how many there are too
    rows = CatalogueRows(question)
    query = {name: value for name, value in question.query().items() if name != "sort"}
    table = table_of(TABLE, "", rows, query, run.view.sort, first=FIRST)
    st.html(catalogue_lead(question))
    st.html(counted(question))
    _controls(question)
    caption = f"{title(question)}: {quantities.count(len(rows)) if len(rows) else 'none'}"
    st.html(
        section("Sites in this order", _files(question)) + markup.element("p", markup.text(_NOTE), class_="cnv-counted")
    )
    if not len(rows):
        words = "Nothing is left: take a bound or a badge away."
        st.html(markup.element("p", words, class_="cnv-counted"))
        return
    draw_table(replace(table, caption=caption), key=f"catalogue {question.region}")


FIRST: Final = 20
"""Rows that are shown before all of them are asked for."""


def _file(question: CatalogueQuestion, suffix: str) -> str:
    return links.address(f"{links.DOWNLOADS}/{TABLE}.{suffix}", question.query())


def _files(question: CatalogueQuestion) -> str:
    """The formats, each a link to the same sites, in the order of the table; empty where this server tells no such file."""
    if not settings.disclosure().tells(detail_of(TABLE)):
        return ""
    formats = " · ".join(
        markup.file_link(
            FORMAT_WORDS.get(suffix, suffix.upper()), _file(question, suffix), f"Sites as {suffix}", data_ordered="true"
        )
        for suffix in formats_of(TABLE)
    )
    return markup.element("span", markup.element("span", formats), class_="cnv-formats")


def _controls(question: CatalogueQuestion) -> None:
    """The row of controls; each change is one new address."""
    filters, catalogue = question.filters, question.catalogue
    told = not settings.disclosure().smallest_cell

    def of_filters(**changed: Any) -> Mapping[str, str]:
        return replace(question, filters=replace(filters, **changed)).query()

    def of_catalogue(**changed: Any) -> Mapping[str, str]:
        return replace(question, catalogue=replace(catalogue, **changed)).query()

    def at_place(text: str) -> Mapping[str, str]:
        others = {name: value for name, value in question.query().items() if name != "region"}
        return ({"region": text.strip()} if text.strip() else {}) | others

    st.html(FOLD)
    row = st.container(horizontal=True, vertical_alignment="bottom", key="controls")
    row.text_input(
        "Place",
        key=show("region", question.region),
        placeholder="whole genome",
        on_change=write_address,
        args=("region", at_place),
        help="A region, chromosome, band or gene: sites that touch it are listed",
        width=NARROW,
    )
    classes = COUNTED_CLASSES if told else tuple(name for name in COUNTED_CLASSES if name.value in ("loss", "gain"))
    row.multiselect(
        "Class",
        classes,
        key=show("class", list(filters.classes)),
        format_func=lambda name: filter_words.CLASS_WORDS[name],
        placeholder="losses and gains",
        on_change=write_address,
        args=("class", lambda chosen: of_filters(classes=tuple(name for name in COUNTED_CLASSES if name in chosen))),
        help="Of a carrier's copies at the site; a class counts those carriers alone",
        width=NARROW,
    )
    if told:
        groups = group_names(question.database)
        row.multiselect(
            "Group",
            list(groups),
            key=show("population", list(filters.populations)),
            format_func=lambda code: f"{code} {groups[code]}",
            placeholder="everyone",
            on_change=write_address,
            args=(
                "population",
                lambda chosen: of_filters(populations=tuple(code for code in groups if code in chosen)),
            ),
            help="Super-populations and populations; carriers and frequency are of these people",
            width=NARROW,
        )
        _whole(row, "Carriers from", "min_carriers", catalogue.min_carriers, of_catalogue, least=1, default=2)
    row.selectbox(
        "Genes",
        list(Genes),
        key=show("genes", catalogue.genes),
        format_func=lambda choice: catalogue_words.GENE_WORDS[choice],
        on_change=write_address,
        args=("genes", lambda chosen: of_catalogue(genes=chosen)),
        help="Coding sequence is taken by the interval drawn in by its uncertainty",
        width=NARROW,
    )
    number = len(question.query()) - len(
        {"region", "class", "population", "min_carriers", "genes", "sort"} & set(question.query())
    )
    with row.popover(f"More · {number}" if number else "More", icon=":material/tune:"):
        _more(question, of_filters, of_catalogue, told=told)


Change = Callable[..., Mapping[str, str]]
"""From what is changed to the address."""


def _more(question: CatalogueQuestion, of_filters: Change, of_catalogue: Change, *, told: bool) -> None:
    filters, catalogue = question.filters, question.catalogue
    if told:
        _of_people(question, of_filters)
    left, right = st.columns(2)
    for column, name, label in (
        (left, "min_length", "Length from, bp"),
        (right, "max_length", "Length to, bp"),
        (left, "min_bins", "Median bins from"),
    ):
        _whole(column, label, name, getattr(filters, name), of_filters, least=0)
    if told:
        for column, name, label, note in (
            (left, "min_frequency", "Frequency from", "Share of the people counted, 0 to 1"),
            (right, "max_frequency", "Frequency to", None),
            (left, "min_fst", "F_ST from", "Between super-populations, of alleles of losses"),
            (right, "min_vst", "V_ST from", "Between super-populations, of copies"),
            (left, "max_q", "q to", "Of the test of carriers over super-populations"),
            (left, "min_transmission", "Transmitted from", "Share of informative trios, from ten on; half is expected"),
            (right, "max_transmission", "Transmitted to", None),
        ):
            _share(column, label, name, getattr(catalogue, name), of_catalogue, note)
        _whole(right, "Informative trios from", "min_trios", catalogue.min_trios, of_catalogue, least=1)
    for name, label in (
        ("few_bins", "Sites of two bins or fewer"),
        ("multi_allelic", "Multi-allelic sites"),
        ("problem", "Sites in problem regions"),
    ):
        st.segmented_control(
            label,
            list(Badge),
            key=show(name, getattr(catalogue, name)),
            required=True,
            format_func=lambda choice: catalogue_words.BADGE_WORDS[choice],
            on_change=write_address,
            args=(name, lambda chosen, name=name: of_catalogue(**{name: chosen})),
        )


def _of_people(question: CatalogueQuestion, of_filters: Change) -> None:
    """Who is counted, and which of their events."""
    filters, callers = question.filters, release(question.database).callers
    if len(question.database.callsets) > 1:
        names = tuple(question.database.callsets)
        st.selectbox(
            "Callset",
            names,
            key=show("callset", filters.callset or names[0]),
            on_change=write_address,
            args=("callset", lambda chosen: of_filters(callset="" if chosen == names[0] else chosen)),
        )
    st.segmented_control(
        "Filter",
        filter_words.LEVELS,
        key=show("filter", filters.level),
        required=True,
        format_func=lambda name: filter_words.LEVEL_WORDS[name],
        on_change=write_address,
        args=("filter", lambda chosen: of_filters(level=chosen)),
        help=" ".join(
            f"**{filter_words.LEVEL_WORDS[name]}**: {caller_words.definition(name, callers)}"
            for name in filter_words.LEVELS
        ),
    )
    st.segmented_control(
        "Cohort",
        COHORTS,
        key=show("cohort", filters.cohort),
        required=True,
        format_func=lambda name: COHORT_NAMES[name],
        on_change=write_address,
        args=("cohort", lambda chosen: of_filters(cohort=chosen)),
    )
    st.segmented_control(
        "Karyotype sex",
        SEXES,
        key=show("sex", filters.sex),
        required=True,
        format_func=lambda sex: "any" if sex is None else sex.value,
        on_change=write_address,
        args=("sex", lambda chosen: of_filters(sex=chosen)),
    )
    st.toggle(
        "Count samples with large events on the chromosome",
        key=show("outliers", filters.outliers is Outliers.INCLUDE),
        on_change=write_address,
        args=("outliers", lambda on: of_filters(outliers=Outliers.INCLUDE if on else Outliers.EXCLUDE)),
    )


def _whole(
    column: DeltaGenerator,
    label: str,
    name: str,
    value: int | None,
    change: Change,
    *,
    least: int,
    default: int | None = None,
) -> None:
    """A whole number, empty for none."""
    column.number_input(
        label,
        min_value=least,
        max_value=999_999_999,
        step=1,
        key=show(name, value),
        value=None,
        placeholder="any",
        on_change=write_address,
        args=(name, lambda chosen: change(**{name: default if chosen is None else chosen})),
        width=NARROW if default else "stretch",
    )


def _share(
    column: DeltaGenerator, label: str, name: str, value: float | None, change: Change, note: str | None
) -> None:
    """A number from 0 to 1, empty for none."""
    column.number_input(
        label,
        min_value=-1.0 if name == "min_fst" else 0.0,
        max_value=1.0,
        step=0.01,
        format="%g",
        key=show(name, value),
        value=None,
        placeholder="any",
        on_change=write_address,
        args=(name, lambda chosen: change(**{name: chosen})),
        help=note,
    )
