"""The catalogue of sites: how many are listed and left out, what they are narrowed to, and the table with its files."""

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard import pages, settings
from dashboard.components import markup
from dashboard.components.api_call import api_menu, catalogue_calls
from dashboard.components.control_row import Control, choice, draw_controls, number, select, words
from dashboard.components.controls import (
    callset_control,
    class_control,
    cohort_control,
    level_control,
    outliers_control,
    population_control,
    sex_control,
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
from dashboard.door.catalogue import REGION, CatalogueQuestion, resolve_catalogue
from dashboard.downloads.catalogue import FORMAT_WORDS, detail_of, formats_of
from dashboard.question import catalogue as catalogue_names
from dashboard.question import filters as filter_names
from dashboard.question import links
from dashboard.question.catalogue import Badge, Catalogue, Genes
from dashboard.question.filters import Filters
from dashboard.rows.catalogue_sites import CatalogueRows
from dashboard.store.catalogue import catalogue_numbers
from dashboard.store.cohort import release
from dashboard.words import catalogue as catalogue_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import COUNTED_CLASSES

TABLE: Final = links.CATALOGUE
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
    """The row of controls."""
    database, told = question.database, not settings.disclosure().smallest_cell
    classes = COUNTED_CLASSES if told else tuple(name for name in COUNTED_CLASSES if name.value in ("loss", "gain"))
    genes = [("" if name is Genes.ANY else name.value, catalogue_words.GENE_WORDS[name]) for name in Genes]
    row = [
        words(REGION, "Place", "whole genome", "A region, chromosome, band or gene: sites that touch it are listed"),
        class_control("Of a carrier's copies at the site; a class counts those carriers alone", classes),
        *(
            [
                population_control(
                    database,
                    "Group",
                    "everyone",
                    "Super-populations and populations; carriers and frequency are of these people",
                ),
                number("min_carriers", "Carriers from", least=1, default=str(Catalogue().min_carriers)),
            ]
            if told
            else []
        ),
        select("genes", "Genes", genes, "Coding sequence is taken by the interval drawn in by its uncertainty"),
    ]
    limits = [
        number("min_length", "Length from, bp"),
        number("max_length", "Length to, bp"),
        number("min_bins", "Median bins from"),
    ]
    badges = [
        choice(
            name,
            label,
            [("" if value is Badge.INCLUDE else value.value, catalogue_words.BADGE_WORDS[value]) for value in Badge],
        )
        for name, label in (
            ("few_bins", "Sites of two bins or fewer"),
            ("multi_allelic", "Multi-allelic sites"),
            ("problem", "Sites in problem regions"),
        )
    ]
    more = [*(_of_people(question) if told else []), *limits, *(_of_frequency() if told else []), *badges]
    draw_controls(row, more, question.query(), (REGION, *filter_names.NAMES, *catalogue_names.NAMES))


def _of_people(question: CatalogueQuestion) -> list[Control]:
    """Who is counted, and which of their events."""
    return [
        *callset_control(tuple(question.database.callsets)),
        level_control(release(question.database).callers),
        cohort_control(),
        sex_control(),
        outliers_control(),
    ]


def _of_frequency() -> list[Control]:
    """Bounds of what is worked out over people."""
    return [
        number("min_trios", "Informative trios from", least=1),
        *(
            number(name, label, help_text, whole=False, least=-1 if name == "min_fst" else 0, most=1)
            for name, label, help_text in (
                ("min_frequency", "Frequency from", "Share of the people counted, 0 to 1"),
                ("max_frequency", "Frequency to", ""),
                ("min_fst", "F_ST from", "Between super-populations, of alleles of losses"),
                ("min_vst", "V_ST from", "Between super-populations, of copies"),
                ("min_transmission", "Transmitted from", "Share of informative trios, from ten on; half is expected"),
                ("max_transmission", "Transmitted to", ""),
                ("max_q", "q to", "Of the test of carriers over super-populations"),
            )
        ),
    ]
