"""The catalogue of sites, one a row, ordered and cut by the database (R9)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from dashboard import settings
from dashboard.door.catalogue import CatalogueQuestion
from dashboard.question import catalogue as names
from dashboard.rows.cells import site_cell
from dashboard.rows.sites import cautions_of, genes_in_short, spread_of
from dashboard.rows.table import NOTHING, Cell, Column, Kind, Row, Sort, Window, number, text, without_number
from dashboard.store.catalogue import catalogue_numbers, catalogue_page, with_superpopulations, without_small_sites
from dashboard.store.cohort import superpopulation_names
from dashboard.words import quantities

MOST_FREQUENT: Final = Sort(names.DEFAULT_SORT.removeprefix("-"), descending=True)
ALONG: Final = Sort("place")


def columns(groups: list[str], *, told: bool) -> tuple[Column, ...]:
    """The columns, where these super-populations are told apart; `told` says whether everything of people may be ordered by."""
    return (
        Column("place", "Site", Kind.LINK, help="Its commonest interval; the name leads to its page", term="site"),
        Column(
            "names",
            "Genes",
            help="Those whose coding sequence is taken, else those touched",
            is_wide=True,
            is_sortable=False,
        ),
        Column("length", "Length", Kind.NUMBER),
        Column("bins", "Bins", Kind.NUMBER, help="Median read-depth bins", term="bin"),
        Column("carriers", "Carriers", Kind.NUMBER, is_sortable=told),
        Column("frequency", "Frequency", Kind.PERCENT, is_sortable=told),
        Column("ci", "95 % interval", Kind.PERCENT, help="Wilson interval", term="wilson-interval", is_sortable=False),
        *(
            Column(
                code,
                code,
                Kind.PERCENT,
                help=f"Share of unrelated people of {code}, at credible, whatever group is counted",
                is_sortable=False,
            )
            for code in groups
        ),
        Column(
            "transmission",
            "Transmitted",
            Kind.PERCENT,
            help="Share of informative trios whose child has it too, at credible; half is expected",
            term="transmission-rate",
            is_sortable=told,
        ),
        Column(
            "trios",
            "Trios",
            Kind.NUMBER,
            help="Informative ones: one parent has one copy more or fewer, the other none",
            is_sortable=told,
        ),
        Column(
            "fst", "F_ST", Kind.NUMBER, help="Between the super-populations, of alleles", term="f_st", is_sortable=told
        ),
        Column(
            "vst", "V_ST", Kind.NUMBER, help="Between the super-populations, of copies", term="v_st", is_sortable=told
        ),
        Column(
            "q",
            "q",
            Kind.NUMBER,
            help="Of the test of carriers over super-populations, after Benjamini and Hochberg",
            is_sortable=told,
        ),
        Column(
            "allele_frequency",
            "Alleles, at least",
            Kind.PERCENT,
            help="Share of alleles that are lost in unrelated people, a lower bound: heterozygotes are missed",
            is_sortable=told,
        ),
        Column("coding", "Coding genes", Kind.NUMBER, help="Genes whose coding sequence it takes"),
        Column("genes", "Genes touched", Kind.NUMBER),
        Column(
            "care", "Cautions", help="What limits the numbers, or why there are none", is_wide=True, is_sortable=False
        ),
    )


class CatalogueRows:
    """The sites that a catalogue lists."""

    left_out: Sequence[str] = ()

    def __init__(self, question: CatalogueQuestion) -> None:
        self._question = question
        self._least = settings.disclosure().smallest_cell
        self._groups = list(superpopulation_names(question.database))
        self.columns = columns(self._groups, told=not self._least)
        self.order = ALONG if self._least else MOST_FREQUENT

    def __len__(self) -> int:
        question = self._question
        return catalogue_numbers(question.database, question.filters, question.catalogue, question.place).sites

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """As `Rows` says."""
        question = self._question
        listed = replace(question.catalogue, sort=str(order or ALONG))
        page = catalogue_page(question.database, question.filters, listed, question.place, limit, offset)
        told = without_small_sites(with_superpopulations(question.database, page), self._groups, self._least)
        return Window(len(self), [self._row(site) for site in told.iter_rows(named=True)])

    def _row(self, site: dict[str, Any]) -> Row:
        place = site_cell(
            site["site"],
            self._question.filters.of_sites(),
            title=spread_of(site) if site["start_min"] is not None else "",
        )
        cells = (
            replace(place, value=site["site_id"]),
            Cell(genes_in_short(site["genes"], site["coding"]), title=site["genes"]) if site["genes"] else NOTHING,
            number(site["length"], quantities.length(site["length"])),
            number(site["median_bins"], "" if site["median_bins"] is None else f"{site['median_bins']:g}"),
            *self._numbers(site),
            self._transmission(site),
            number(site["transmission_parents"], _count(site["transmission_parents"])),
            *(number(site[name], "" if site[name] is None else f"{site[name]:.3f}") for name in ("fst", "vst")),
            number(site["q"], "" if site["q"] is None else quantities.p_value(site["q"])),
            number(
                site["allele_frequency"],
                "" if site["allele_frequency"] is None else quantities.percent(site["allele_frequency"]),
            ),
            number(site["coding_genes"], _count(site["coding_genes"]) if site["coding_genes"] else ""),
            number(site["genes_touched"], _count(site["genes_touched"]) if site["genes_touched"] else ""),
            text(", ".join(cautions_of(site))),
        )
        return Row(site["site"], cells)

    def _numbers(self, site: dict[str, Any]) -> list[Cell]:
        """Carriers, frequency, interval and the shares of super-populations, as far as they are told."""
        groups = len(self._groups)
        if site["withheld"]:
            return [without_number("withheld"), NOTHING, NOTHING, *(NOTHING for _ in range(groups))]
        if site["frequency"] is None:
            why = "no frequency" if site["assessable"] else "not assessable"
            return [
                number(site["carriers"], f"{_count(site['carriers'])} called"),
                without_number(why),
                NOTHING,
                *(NOTHING for _ in range(groups)),
            ]
        return [
            number(site["carriers"], f"{_count(site['carriers'])} of {_count(site['samples'])}"),
            number(site["frequency"], quantities.percent(site["frequency"])),
            Cell(quantities.interval_percent(site["ci_low"], site["ci_high"])),
            *(self._of_group(site, code) for code in self._groups),
        ]

    @staticmethod
    def _of_group(site: dict[str, Any], code: str) -> Cell:
        if site[f"carriers_{code}"] is None:
            return without_number("withheld")
        share = site[f"frequency_{code}"]
        return number(share, quantities.percent(share) if share is not None else "")

    @staticmethod
    def _transmission(site: dict[str, Any]) -> Cell:
        rate = site["transmission"]
        if rate is None:
            return NOTHING
        interval = quantities.interval_percent(site["transmission_ci_low"], site["transmission_ci_high"])
        return number(rate, f"{quantities.percent(rate)} ({interval})")


def _count(value: int | None) -> str:
    return "" if value is None else quantities.count(value)
