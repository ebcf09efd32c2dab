"""The sites of a place, each a link that narrows the page to it, and the word about the one it is narrowed to."""

from dataclasses import replace
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import settings
from dashboard.components import markup
from dashboard.components.download_menu import menu
from dashboard.components.frame import notice
from dashboard.components.frequency import sign
from dashboard.components.head import narrowed
from dashboard.components.run import Run
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.formats.columns import one_based
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.subject import Subject
from dashboard.store.cohort import superpopulation_names
from dashboard.store.sites import (
    sites_at,
    with_alleles,
    with_genes,
    with_sight,
    without_shares,
    without_small_counts,
    without_unassessable_numbers,
)
from dashboard.words import region_kinds, wording
from dashboard.words.seen import is_partly_seen
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import INTERVAL_OF_ID

SHOWN: Final = 40
"""Sites in the table; all of them stand in the list that unfolds below it."""
GENES_SHOWN: Final = 3


def narrowing_notice(question: Question, fault: Refusal | None) -> None:
    """A word about the site to which the page is narrowed, or why it is not narrowed to the one that the address names (R13)."""
    target = question.target
    if fault:
        shown = f"Everything at {target.interval} is shown instead."
        notice([markup.text(" ".join([*fault.sentences, shown]))])
    if target.direction is not None:
        whole = links.page(replace(question.subject, site=None), question.filters)
        notice([f"{narrowed(question)} {markup.link('Show everything here', whole)}"])


def site_table(run: Run, subject: Subject, place: Interval, within: str = "") -> None:
    """The sites that touch `place`, most carriers first, with their frequency by super-population; without where the place is
    one of copies, of which `within` says why."""
    filters = run.filters
    sites = sites_at(run.database, place, filters)
    if settings.disclosure().smallest_cell:
        # which of two has more carriers would be told by their order
        sites = sites.sort("start", "end", "direction")
    count = "one" if sites.height == 1 else wording.count(sites.height) if sites.height else "none"
    title = markup.element("h2", f"Sites: {count}", class_="cnv-section")
    if sites.is_empty():
        st.html(
            title + markup.element("p", "No site was called here in the group that is counted.", class_="cnv-counted")
        )
        return
    groups = [code for code in superpopulation_names(run.database) if f"samples_{code}" in sites.columns]
    heads = [
        "Site",
        "Length",
        "Bins",
        "Carriers",
        "Frequency",
        "95 % interval",
        *groups,
        "Complete",
    ]
    head = "".join(
        markup.element("th", markup.text(name), scope="col", **({"class_": "cnv-left"} if name == "Site" else {}))
        for name in heads
    ) + "".join(
        markup.element("th", name, scope="col", class_="cnv-left") for name in ("Allele frequency", "Genes", "Care")
    )
    lines = [
        _line(row, groups, subject, filters)
        for row in _describe_sites(run, sites.head(SHOWN), within).iter_rows(named=True)
    ]
    table = markup.element(
        "table",
        markup.caption(_caption(sites.height, filters))
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_="cnv-table cnv-sites",
    )
    st.html(title + markup.element("div", table, class_="cnv-scroll", tabindex="0", role="region", aria_label="Sites"))
    if sites.height > SHOWN:
        _all_sites(run, sites, groups, subject, within)
    st.html(menu(subject, filters.of_sites(), "sites"))


def _describe_sites(run: Run, sites: pl.DataFrame, within: str) -> pl.DataFrame:
    """Sites with their genes, the frequency of alleles, and how well the caller saw them; without shares where none are told."""
    seen = without_shares(with_sight(run.database, with_alleles(sites), run.filters, within))
    groups = [code for code in superpopulation_names(run.database) if f"samples_{code}" in sites.columns]
    return with_genes(run.database, without_small_counts(seen, groups, settings.disclosure().smallest_cell))


def _all_sites(run: Run, sites: pl.DataFrame, groups: list[str], subject: Subject, within: str) -> None:
    """Every site of the place to unfold, each column sortable; sent only once it is open, since there can be thousands."""
    whole = st.expander(f"All {wording.count(sites.height)} sites", key=f"sites {subject.name}", on_change="rerun")
    if whole.open:
        whole.dataframe(
            one_based(without_unassessable_numbers(_describe_sites(run, sites, within)))
            .with_columns(
                pl.col("site").replace_strict(addresses(sites["site"], subject, run.filters)),
                pl.col("problem").replace_strict(
                    {kinds: region_kinds.kinds_of_problem(kinds) for kinds in sites["problem"].drop_nulls().unique()},
                    default=None,
                    return_dtype=pl.String,
                ),
                length=pl.col("end") - pl.col("start") + 1,
                **{
                    code: pl.when(pl.col("frequency").is_not_null()).then(
                        pl.col(f"carriers_{code}") / pl.col(f"samples_{code}")
                    )
                    for code in groups
                },
            )
            .select(*_COLUMNS[:_GROUPS_AT], *groups, *_COLUMNS[_GROUPS_AT:]),
            column_config=_configuration(groups),
            hide_index=True,
            height=420,
            placeholder="",
            alt=f"All {sites.height} sites here; the CSV has the same rows.",
        )


def addresses(sites: pl.Series, subject: Subject, filters: Filters) -> dict[str, str]:
    """The address of the page narrowed to each of these sites, by its id."""
    return {
        site: markup.outside(links.page(replace(subject, site=site), filters))
        for site in sites.drop_nulls().unique(maintain_order=True)
    }


SITE_IN_ADDRESS: Final = f"site={INTERVAL_OF_ID}"
"""What a column of such addresses shows: the interval of the site."""

_COLUMNS: Final = (
    "site",
    "direction",
    "length",
    "median_bins",
    "carriers",
    "samples",
    "frequency",
    "ci_low",
    "ci_high",
    "seen",
    "complete_losses",
    "allele_frequency",
    "af_ci_low",
    "af_ci_high",
    "hwe_p",
    "few_bins",
    "multi_allelic",
    "problem",
    "genes",
    "coding",
    "note",
)
_GROUPS_AT: Final = _COLUMNS.index("complete_losses")


def _configuration(groups: list[str]) -> dict[str, Any]:
    column = st.column_config
    return {
        "site": column.LinkColumn("Site", help="Narrows the page to it", display_text=SITE_IN_ADDRESS, pinned=True),
        "direction": column.TextColumn("Kind"),
        "length": column.NumberColumn("Length, bp", format="localized"),
        "median_bins": column.NumberColumn("Bins", help="Median read-depth bins", format="%g"),
        "carriers": column.NumberColumn("Carriers", format="localized"),
        "samples": column.NumberColumn("People", format="localized"),
        "frequency": column.NumberColumn("Frequency", format="percent"),
        "ci_low": column.NumberColumn("95 % from", help="Wilson interval", format="percent"),
        "ci_high": column.NumberColumn("to", help="Wilson interval", format="percent"),
        "seen": column.NumberColumn(
            "Seen", help="Share of people in whom the caller saw half or more of it, where files tell", format="percent"
        ),
        **{code: column.NumberColumn(code, help=f"Share of people of {code}", format="percent") for code in groups},
        "complete_losses": column.NumberColumn("Complete", help="People without a copy", format="localized"),
        "allele_frequency": column.NumberColumn(
            "Alleles, at least",
            help="Share of alleles that are lost, a lower bound: heterozygotes are missed",
            format="percent",
        ),
        "af_ci_low": column.NumberColumn(
            "95 % from ", help="Wilson interval of alleles, approximate", format="percent"
        ),
        "af_ci_high": column.NumberColumn("to ", help="Wilson interval of alleles, approximate", format="percent"),
        "hwe_p": column.NumberColumn(
            "Hardy-Weinberg p", help="Exact; a check of the calls: small where heterozygotes are missed", format="%.2g"
        ),
        "few_bins": column.CheckboxColumn("Few bins", help="A median of two or fewer: the least certain kind"),
        "multi_allelic": column.CheckboxColumn("Multi-allelic"),
        "problem": column.TextColumn("Problem regions", help="Every kind that covers half of it or more"),
        "genes": column.TextColumn("Genes"),
        "coding": column.TextColumn("Coding", help="Genes whose coding sequence it takes"),
        "note": column.TextColumn("Note", help="What limits the numbers, or why there are none"),
    }


def _caption(number: int, filters: Filters) -> str:
    least = settings.disclosure().smallest_cell
    sentences = [
        "A site is events of one direction that overlap the commonest interval by half or more, reciprocally; "
        "its name narrows the page to it."
    ]
    if number > SHOWN:
        sentences.append(
            f"The {'first ' if least else ''}{SHOWN}{'' if least else ' with most carriers'} are shown; all are in the list below."
        )
    if replace(filters.of_sites(), overlap=filters.overlap) != filters:
        sentences.append("Limits of length, quality and bins are not applied here.")
    return " ".join(sentences)


def _line(row: dict[str, Any], groups: list[str], subject: Subject, filters: Filters) -> str:
    interval = Interval(row["chrom"], row["start"], row["end"])
    address = links.page(replace(subject, site=row["site"]), filters)
    name = sign(Direction(row["direction"])) + markup.link(interval, address, title=_spread(row))
    cells = [
        wording.length(interval.length),
        "" if row["median_bins"] is None else f"{row['median_bins']:g}",
        f"{_number(row['carriers'])} called"
        if row["paralogous"]
        else f"{_number(row['carriers'])} of {wording.count(row['samples'])}",
        *_shares(row, groups),
        (_number(row["complete_losses"]) if row["direction"] == Direction.LOSS else ""),
    ]
    if row["withheld"]:
        cells[2:] = ["withheld", *("" for _ in cells[3:])]
    if not row["assessable"]:
        # calls were made there, and no share of people is told
        cells[2:] = [f"{_number(row['carriers'])} called", "not assessable", *("" for _ in cells[4:])]
    words = [alleles(row), _genes(row["genes"], row["coding"]), ", ".join(_care(row))]
    content = markup.element("th", name, scope="row")
    content += "".join(markup.element("td", markup.text(cell)) for cell in cells)
    content += "".join(markup.element("td", markup.text(word), class_="cnv-left") for word in words)
    return markup.element("tr", content)


def _shares(row: dict[str, Any], groups: list[str]) -> list[str]:
    """Frequency, interval and the shares of groups; the carriers of groups alone where no share is told."""
    if row["frequency"] is None:
        return [
            "no frequency",
            "",
            *(_number(row[f"carriers_{code}"]) if row[f"carriers_{code}"] != 0 else "" for code in groups),
        ]
    return [
        wording.percent(row["frequency"]),
        wording.interval_percent(row["ci_low"], row["ci_high"]),
        *(
            "withheld"
            if row[f"carriers_{code}"] is None
            else wording.percent(row[f"carriers_{code}"] / row[f"samples_{code}"])
            if row[f"carriers_{code}"]
            else "0"
            for code in groups
        ),
    ]


def _number(number: int | None) -> str:
    return "withheld" if number is None else wording.count(number)


def alleles(row: dict[str, Any]) -> str:
    """How many alleles are lost at least, and whether their people are in proportion (R6); empty where alleles say nothing."""
    if row["allele_frequency"] is None:
        return ""
    interval = wording.interval_percent(row["af_ci_low"], row["af_ci_high"])
    alleles = f"at least {wording.percent(row['allele_frequency'])} ({interval}) of alleles"
    return alleles if row["hwe_p"] is None else f"{alleles}; Hardy-Weinberg p {wording.p_value(row['hwe_p'])}"


def _spread(row: dict[str, Any]) -> str:
    """How far the members' ends lie apart."""
    if row["events"] is None:
        return "their number is withheld"
    return (
        f"{wording.count(row['events'])} events at {wording.count(row['intervals'])} intervals: starts "
        f"{row['start_min'] + 1:,} to {row['start_max'] + 1:,}, ends {row['end_min']:,} to {row['end_max']:,}"
    )


def _genes(touched: str, coding: str) -> str:
    """The genes whose coding sequence is taken, else those that are touched."""
    names = (coding or touched).split(", ")
    more = f" and {len(names) - GENES_SHOWN} more" if len(names) > GENES_SHOWN else ""
    names_shown = ", ".join(names[:GENES_SHOWN]) + more
    return names_shown if coding or not touched else f"{names_shown} (not coding)"


def _care(row: dict[str, Any]) -> list[str]:
    cautions = []
    if row["few_bins"]:
        cautions.append("two bins or fewer")
    if row["paralogous"]:
        cautions.append("calls are few, their absence says nothing")
    if row["multi_allelic"]:
        cautions.append("multi-allelic")
    if is_partly_seen(row["seen"]) and row["assessable"]:
        cautions.append(f"seen in {wording.share_seen(row['seen'])} of people")
    if row["problem"]:
        cautions.append(region_kinds.kinds_of_problem(row["problem"]))
    return cautions
