"""What the page of one site has of its own: how its events lie, alleles, differences, genes, identifiers and trios."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.beacon import identifiers, records
from dashboard.beacon.vocabulary import VRS_CHANGE
from dashboard.colours import Palette
from dashboard.components import markup
from dashboard.components.download_menu import section
from dashboard.components.glossary import term
from dashboard.components.head import copy_button
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.door.question import Question
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store.callability import callability
from dashboard.store.cohort import population_names
from dashboard.store.database import Generation
from dashboard.store.site import site_details, site_hardy_weinberg
from dashboard.store.site_genes import TouchedGene, alleles_of, touched_genes
from dashboard.store.sites import Site
from dashboard.store.trios import EXPECTED_TRANSMISSION, RATES, trio_numbers, trios_of_site
from dashboard.words import filters as filter_words
from dashboard.words import quantities, region_kinds
from data_prep.domain.chromosomes import SEX_CHROMOSOMES
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.levels import Level
from data_prep.domain.trios import LEAST_TRIOS

GENES_SHOWN: Final = 12
"""Genes that are named in full."""
NONE: Final = "—"
SMALL_P: Final = 0.05
Pair = tuple[str, str]
"""A fact: its name and what it is, as HTML."""


def site_of(question: Question) -> Site:
    """The site that a question is about."""
    target = question.target
    assert target.site is not None
    assert target.direction is not None
    return Site(target.site, question.subject.name, target.interval, target.direction)


def own_sections(run: Run, question: Question) -> None:
    """What the events make of the site, and what trios say of it."""
    site = site_of(question)
    blocks = [_block("The site", _events(question, site)), _block("Genes", _genes(question, site))]
    if shows(Section.DIFFERENCES):
        blocks.append(_block("Differences between populations", _differences(question.database, site)))
    blocks.append(_block("Names elsewhere", _names(run, question, site)))
    st.html(markup.element("div", "".join(blocks), class_="cnv-grid"))
    if shows(Section.DIFFERENCES):
        _alleles(run, question, site)
    if shows(Section.TRIOS):
        seen = callability(question.database, question.target, question.filters)
        if seen.assessable:
            _trios(run.palette, question.database, site, shares=not seen.is_paralogous)


def _block(title: str, pairs: Sequence[Pair]) -> str:
    """A heading with a table of facts."""
    lines = "".join(
        markup.element(
            "tr",
            markup.element("th", name, scope="row")
            + markup.element("td", value, class_="cnv-left cnv-long" if "<code>" in value else "cnv-left"),
        )
        for name, value in pairs
    )
    table = markup.element("table", markup.element("tbody", lines), class_="cnv-table cnv-words")
    return markup.element("section", section(title) + table)


def _events(question: Question, site: Site) -> list[Pair]:
    facts: dict[str, Any] = site_details(question.database, site)
    bins = facts["median_bins"]
    pairs: list[Pair] = []
    if shows(Section.SPREAD):
        pairs += [
            (
                "Events",
                markup.text(
                    f"{quantities.count(facts['events'])} in {quantities.people(facts['carriers'])} at {_counted(facts['intervals'], 'interval')}; "
                    f"{quantities.people(facts['founders'])} at the one shown"
                ),
            ),
            ("Starts", _spread(site.interval.start, facts["start_min"], facts["start_median"], facts["start_max"], 1)),
            ("Ends", _spread(site.interval.end, facts["end_min"], facts["end_median"], facts["end_max"], 0)),
        ]
    pairs.append((term("Bins", "Bin"), NONE if bins is None else f"{bins:g}, the median of its events"))
    badges = [
        *(["two bins or fewer: the least certain kind, in no ranking"] if facts["few_bins"] else []),
        *(
            ["multi-allelic: sites of both directions, or four or more copy numbers, occur here"]
            if facts["multi_allelic"]
            else []
        ),
    ]
    pairs.append(("Badges", markup.text("; ".join(badges) or "none")))
    problem = region_kinds.kinds_of_problem(facts["problem"]) if facts["problem"] else "none covers half of it"
    pairs.append((term("Problem regions", "Problem region"), markup.text(problem)))
    return pairs


def _counted(number: int, noun: str) -> str:
    return f"{quantities.count(number)} {noun}{'' if number == 1 else 's'}"


def _spread(own: int, least: int, median: int, most: int, shift: int) -> str:
    """Where the ends of members lie, 1-based: the one shown, from the least to the greatest, and how far apart these are."""
    if least == most:
        return markup.text(f"{own + shift:,} in all of them")
    return markup.text(
        f"{least + shift:,} to {most + shift:,}, {quantities.length(most - least)} apart; median {median + shift:,}, here {own + shift:,}"
    )


def _genes(question: Question, site: Site) -> list[Pair]:
    genes = touched_genes(question.database, site.site_id, site.interval)
    if not genes:
        return [("Genes", "none is touched")]
    # of a gene of which only the place is known any base counts, and that says nothing of what it codes for
    taken = [gene for gene in genes if gene.is_coding and gene.all_exons]
    others = [gene for gene in genes if gene not in taken]
    pairs = []
    if taken:
        name = term("Coding sequence", "Coding sequence") + ", or exons without one, taken of"
        pairs.append((name, _gene_links(taken, question.filters)))
    if others:
        pairs.append(
            (
                "Touched beside" if taken else "Touched, no coding sequence taken",
                _gene_links(others, question.filters),
            )
        )
    return pairs


def _gene_links(genes: Sequence[TouchedGene], filters: Filters) -> str:
    kept = filters.of_sites()
    shown = [
        markup.link(gene.symbol, links.page(subject.gene(gene.name), kept))
        + markup.element("span", markup.text(exon_words(gene)), class_="cnv-name")
        for gene in genes[:GENES_SHOWN]
    ]
    more = len(genes) - len(shown)
    return ", ".join(shown) + (markup.text(f" and {quantities.count(more)} more") if more > 0 else "")


def exon_words(gene: TouchedGene) -> str:
    """Which exons of the representative transcript it touches, runs joined."""
    if not gene.all_exons:
        return "no transcript"
    if not gene.exons:
        return f"between its {gene.all_exons} exons" if gene.all_exons > 1 else "beside its exon"
    if len(gene.exons) == gene.all_exons:
        return "its exon" if gene.all_exons == 1 else f"all {gene.all_exons} exons"
    runs: list[list[int]] = []
    for number in sorted(gene.exons):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    numbers = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)
    return f"{'exon' if len(gene.exons) == 1 else 'exons'} {numbers} of {gene.all_exons}"


def _differences(database: Generation, site: Site) -> list[Pair]:
    facts: dict[str, Any] = site_details(database, site)
    if facts["compared_samples"] is None:
        return [
            (
                "Compared",
                "not: ten carriers or more are asked for among unrelated people, outside problem regions",
            )
        ]
    test = "simulated for so few" if facts["exact"] else "chi-square"
    return [
        (term("F_ST", "F_ST"), _number(facts["fst"], "no alleles are told of it")),
        (term("V_ST", "V_ST"), _number(facts["vst"], "copies do not vary")),
        (
            "q",
            f"{quantities.p_value(facts['q'])}, of carriers over super-populations ({test}, p {quantities.p_value(facts['p'])})"
            if facts["q"] is not None
            else NONE,
        ),
        (
            "Compared",
            markup.text(
                f"{quantities.count(facts['compared_carriers'])} carriers of {quantities.count(facts['compared_samples'])} unrelated people, credible"
            ),
        ),
    ]


def _number(value: float | None, instead: str) -> str:
    return markup.text(f"{value:.3f}" if value is not None else f"{NONE} {instead}")


def _names(run: Run, question: Question, site: Site) -> list[Pair]:
    """What other resources and programs call it: ISCN, the identifiers of VRS 2, and the record of the Beacon."""
    interval = site.interval
    location = identifiers.location_digest(identifiers.REFGET[interval.chrom], interval.start, interval.end)
    change = VRS_CHANGE[CallClass(site.direction.value)]
    of_change = f"ga4gh:CX.{identifiers.copy_change_digest(location, change)}"
    iscn = records.iscn(question.database, interval)
    record = links.whole(run.url, f"{links.BEACON}/g_variants/{site.name}")
    names = [
        ("ISCN", iscn),
        ("VRS location", f"ga4gh:SL.{location}"),
        (f"VRS change, {change}", of_change),
    ]
    pairs = [
        (markup.text(name), markup.element("code", markup.text(value)) + copy_button(value)) for name, value in names
    ]
    if not question.filters.callset:
        # the Beacon answers of the newest callset where none is named
        pairs.append(("Beacon", markup.out_link("its record", record)))
    return pairs


def _alleles(run: Run, question: Question, site: Site) -> None:
    """Alleles that are lost, and their proportion, of everyone and by super-population; nothing where alleles say nothing (R6)."""
    rows = alleles_of(question.database, site, question.filters)
    if rows.is_empty():
        return
    heads = ("Group", "Alleles lost", "of", "Share, at least", "95 % interval", "Hardy-Weinberg p")
    head = "".join(
        markup.element("th", markup.text(words), scope="col", **({} if at else {"class_": "cnv-left"}))
        for at, words in enumerate(heads)
    )
    lines = []
    for row in [*rows.rows(named=True)[1:], rows.row(0, named=True)]:
        is_all = row["group"] == "all"
        name = "All" if is_all else _swatch(run.palette, row["group"])
        cells = (
            quantities.count(row["allele_count"]),
            quantities.count(row["allele_number"]),
            quantities.percent(row["allele_frequency"]),
            quantities.interval_percent(row["af_ci_low"], row["af_ci_high"]),
            NONE if row["hwe_p"] is None else quantities.p_value(row["hwe_p"]),
        )
        content = markup.element("th", name, scope="row") + "".join(
            markup.element("td", markup.text(cell)) for cell in cells
        )
        lines.append(markup.element("tr", content, **({"class_": "cnv-total cnv-break"} if is_all else {})))
    st.html(
        section("Alleles")
        + _scrolled(head, lines, "cnv-alleles", "Alleles lost by super-population")
        + _small(
            f"Of {filter_words.group(question.filters)}. A lower bound, since heterozygotes are missed; the interval is approximate. "
            "Hardy-Weinberg is exact, of those of whom two copies are expected, and checks the calls: it is small where heterozygotes "
            "are missed, and over all groups together where they differ."
        )
        + _by_population(run.palette, question.database, site)
    )


def _by_population(palette: Palette, database: Generation, site: Site) -> str:
    """Hardy-Weinberg in each population in which it occurs, to unfold: over groups that differ it is small for that alone."""
    rows = site_hardy_weinberg(database, site).rows(named=True)
    if not rows:
        return ""
    home = population_names(database)
    small = sum(row["p"] < SMALL_P for row in rows)
    words = f"Hardy-Weinberg by population: p below {SMALL_P:g} in {small} of {quantities.count(len(rows))}"
    heads = ("Population", "no copy", "one", "two", "p")
    head = "".join(
        markup.element("th", markup.text(words_of), scope="col", **({} if at else {"class_": "cnv-left"}))
        for at, words_of in enumerate(heads)
    )
    lines = []
    for row in rows:
        _, group = home.get(row["population"], ("", ""))
        numbers = [quantities.count(row[f"copies_{copies}"]) for copies in (0, 1, 2)]
        cells = "".join(markup.element("td", cell) for cell in (*numbers, quantities.p_value(row["p"])))
        name = (_swatch(palette, group) + " " if group else "") + markup.text(row["population"])
        lines.append(markup.element("tr", markup.element("th", name, scope="row") + cells))
    table = _scrolled(head, lines, "cnv-weinberg", "Hardy-Weinberg by population")
    return markup.element(
        "details", markup.element("summary", markup.text(f"{words}.")) + table, class_="cnv-more", data_fold="weinberg"
    )


def _swatch(palette: Palette, code: str) -> str:
    return markup.element(
        "span", "", class_="cnv-swatch", style=f"background:{palette.superpopulation(code)}"
    ) + markup.text(code)


def _scrolled(head: str, lines: Sequence[str], class_: str, label: str) -> str:
    table = markup.element(
        "table",
        markup.element("thead", markup.element("tr", head)) + markup.element("tbody", "".join(lines)),
        class_=f"cnv-table {class_}",
    )
    return markup.scroll_box(table, label)


def _small(words: str) -> str:
    return markup.element("p", markup.text(words), class_="cnv-counted")


def _trios(palette: Palette, database: Generation, site: Site, *, shares: bool) -> None:
    """What trios say of the site, level by level, the expected half drawn (R11); without `shares`, at a place of copies, counts alone
    (R5)."""
    _, read = trio_numbers(database)
    rows = trios_of_site(database, site.site_id)
    if not shares:
        rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in RATES)
    if not read:
        st.html(
            section("Trios")
            + _small("Nobody in this callset was read with both parents, so nothing is known of how it is inherited.")
        )
        return
    if not any(row["children"] or row["parents"] for row in rows.iter_rows(named=True)):
        st.html(
            section("Trios")
            + _small(
                f"None of the {quantities.count(read)} trios says anything of it: no child carries it, and no informative parent."
            )
        )
        return
    heads = (
        ("Level", "cnv-left"),
        (term("Transmitted", "Transmission rate"), ""),
        ("0 to 100 %, half expected", "cnv-left"),
        ("Children with it", ""),
        ("both parents", ""),
        ("father", ""),
        ("mother", ""),
        ("below the filter", ""),
        (term("neither: apparent de novo", "Apparent de novo"), ""),
        ("inconsistent copies", ""),
        ("Consistent", ""),
    )
    head = "".join(
        markup.element("th", words, scope="col", **({"class_": class_} if class_ else {})) for words, class_ in heads
    )
    colour = palette.direction(site.direction)
    lines = [_trio_line(row, colour) for row in rows.iter_rows(named=True)]
    less_or_more = "less" if site.direction is Direction.LOSS else "more"
    words = [
        f"{quantities.count(read)} trios of whom all three were read, whatever the cohort chosen. The level is that of the child's event; of the "
        "carrying parent's for transmission, whose other parent has no call at any level. Half of the children of a parent with one copy "
        f"{less_or_more} are expected to have it: fewer point to calls missed in children or wrong in parents, more to calls missed in the "
        "other parent.",
        f"Rates have their 95 % Wilson interval and are told from {LEAST_TRIOS} on."
        if shares
        else "No rate is told: calls are few here, and their absence in a parent or child says nothing.",
    ]
    if site.interval.chrom in SEX_CHROMOSOMES:
        words.append("Transmission is asked on autosomes alone; XY children have X of the mother and Y of the father.")
    st.html(
        section("Trios")
        + _scrolled(head, lines, "cnv-trios", "What trios say of the site, by level")
        + _small(" ".join(words))
    )


def _trio_line(row: dict[str, Any], colour: str) -> str:
    level = filter_words.LEVEL_WORDS[Level(row["level"])]
    cells = [
        _rate(row, "transmission", row["transmitted"], row["parents"]),
        _half(row, colour),
        quantities.count(row["children"]),
        *(quantities.count(row[name]) for name in ("from_both", "from_father", "from_mother", "below_filter")),
        _rate(row, "de_novo", row["neither"], row["children"]),
        quantities.count(row["inconsistent"]),
        _rate(row, "consistency", row["consistent"], row["children"]),
    ]
    content = markup.element("th", markup.text(level), scope="row") + "".join(
        markup.element("td", cell) for cell in cells
    )
    return markup.element("tr", content)


def _rate(row: dict[str, Any], name: str, part: int, whole: int) -> str:
    """Count and, from ten on, share with its interval."""
    if not whole:
        return NONE
    of_whole = f"{quantities.count(part)} of {quantities.count(whole)}"
    if row[name] is None:
        return of_whole
    share = quantities.percent(row[name])
    low, high = row[f"{name}_ci_low"], row[f"{name}_ci_high"]
    return f"{of_whole} ({share}, {quantities.interval_percent(low, high)})"


def _half(row: dict[str, Any], colour: str) -> str:
    """The rate of transmission with its interval on a line from 0 to 1 with a mark at the half; the numbers stand beside it."""
    marks = list(_marks(row, colour))
    half = markup.element("span", "", class_="cnv-half", style=f"left:{EXPECTED_TRANSMISSION:.0%}")
    return markup.element("span", "".join([half, *marks]), class_="cnv-whisker", aria_hidden="true")


def _marks(row: dict[str, Any], colour: str) -> Iterator[str]:
    if row["transmission"] is None:
        return
    low, high = row["transmission_ci_low"], row["transmission_ci_high"]
    line = f"left:{low:.1%};width:{high - low:.1%};background:{colour}"
    yield markup.element("span", "", class_="cnv-reach", style=line)
    yield markup.element("span", "", class_="cnv-dot", style=f"left:{row['transmission']:.1%};background:{colour}")
