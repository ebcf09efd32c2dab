"""The charts of the whole cohort: a page and a picture draw the same one.

Each function gives a title, a sentence that says what is drawn, and the specification.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import polars as pl

from dashboard.charts import cohort as charts
from dashboard.charts.genome import Panel, difference_chart, genome_chart
from dashboard.colours import Palette
from dashboard.counting.along import EVERYONE
from dashboard.door.overview import Overview
from dashboard.gazetteer.land import land
from dashboard.question.view import By, Scale, Show, View
from dashboard.store import whole
from dashboard.store.cohort import populations, superpopulation_names
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction

Drawn = tuple[str, str, dict[str, Any]]

QUANTITIES: Final[Mapping[Show, tuple[str, str, str]]] = {
    Show.PEOPLE: ("people", "People", ",d"),
    Show.EVENTS: ("events", "Losses and gains a person, median", ",.0f"),
    Show.FST: ("mean_fst", "Mean F_ST to the other populations", ".3f"),
}
"""What the map can show: the column, its words, and how numbers of it are written."""
_OF_BINS: Final = "Bins of 1 Mb: pale the largest share of people at one base, full the mean over the bases that can be called; a gap has none."


def genome(overview: Overview, view: View, palette: Palette) -> Drawn:
    """Gains and losses along all chromosomes: of one group, of each super-population, or the difference of two."""
    database, cohort, level = overview.database, overview.filters.cohort, overview.level
    directions = overview.filters.directions
    what = filter_words.classes(overview.filters)
    if overview.versus:
        bins = whole.genome_bins_difference(database, overview.group, overview.versus, level, cohort)
        names = (_name(overview.group), overview.versus)
        legend = f"Bins of 1 Mb: mean share of people in {names[0]} less that in {names[1]}, over the bases that can be called."
        return (
            f"{what} along the genome, {names[0]} beside {names[1]}",
            legend,
            difference_chart(bins, names, palette, directions),
        )
    groups = list(superpopulation_names(database)) if view.by is By.SUPERPOPULATIONS else [overview.group]
    panels = []
    for group in groups:
        bins = whole.genome_bins(database, group, level, cohort)
        samples = bins["samples"].max()
        people = int(samples) if isinstance(samples, int) else 0
        panels.append(Panel(f"{_name(group)}, {quantities.people(people)}", bins, people))
    spec = genome_chart(panels, palette, directions, logarithmic=overview.scale is Scale.LOG)
    whose = "by super-population" if len(panels) > 1 else f"in {panels[0].title}"
    return f"{what} along the genome {whose}", _OF_BINS, spec


def _carried(direction: Direction) -> Callable[[Overview, View, Palette], Drawn]:
    """How many events of a direction, or bases of them, a person carries, by super-population."""

    def draw(overview: Overview, view: View, palette: Palette) -> Drawn:
        kind = "bases" if view.show is Show.BASES else "events"
        spread = whole.carried_by_group(overview.database, overview.filters, "superpopulation")
        rows = spread.filter(pl.col("quantity") == f"{kind}_{direction.value}")
        plural = "losses" if direction is Direction.LOSS else "gains"
        title = f"{plural} a person" if kind == "events" else f"bases of {plural} a person"
        legend = "Thick: the middle half of people; thin: nine of ten; mark: the median."
        return (
            f"{title}, by super-population",
            legend,
            charts.carried_chart(rows, title, palette.direction(direction), palette),
        )

    return draw


def spectrum(overview: Overview, view: View, palette: Palette) -> Drawn:
    """How many sites have how many carriers, by super-population."""
    direction = overview.filters.directions[0] if len(overview.filters.directions) == 1 else None
    rows = whole.spectrum_by_class(overview.database)
    kinds = [direction.value] if direction else ["loss", "gain"]
    of_kinds = rows.filter(pl.col("class").is_in(kinds))
    summed = of_kinds.group_by("superpopulation", "carriers_from", "carriers_to", maintain_order=True).agg(
        pl.col("sites").sum()
    )
    shares = summed.with_columns(
        share=pl.col("sites") / pl.col("sites").sum().over("superpopulation"),
        place=pl.col("carriers_from"),
        label=pl.when(pl.col("carriers_to").is_null())
        .then(pl.format("{}+", "carriers_from"))
        .when(pl.col("carriers_from") == pl.col("carriers_to"))
        .then(pl.col("carriers_from").cast(pl.String))
        .otherwise(pl.format("{}–{}", "carriers_from", "carriers_to")),
    )
    groups = [group for group in superpopulation_names(overview.database) if group in set(shares["superpopulation"])]
    drawn = shares.filter(pl.col("superpopulation").is_in(groups)).sort("place")
    what = f"sites of {'losses' if kinds == ['loss'] else 'gains' if kinds == ['gain'] else 'losses and gains'}"
    legend = "Share of the sites of a group by how many unrelated people of it carry them, at credible; the axis is logarithmic above 0.2 %."
    return f"{what} by number of carriers", legend, charts.spectrum_chart(drawn, groups, palette)


def population_map(overview: Overview, view: View, palette: Palette) -> Drawn:
    """The populations where their people were sampled."""
    show = view.show if view.show in QUANTITIES else Show.PEOPLE
    column, words, number_format = QUANTITIES[show]
    table = population_rows(overview)
    legend = "A dot stands where people were sampled, not where their ancestors lived; dots on one another are moved apart, with a line to the place."
    return (
        f"26 populations: {words[0].lower()}{words[1:]}",
        legend,
        charts.map_chart(table, column, words, number_format, land(), palette),
    )


def population_rows(overview: Overview) -> pl.DataFrame:
    """The populations, with `events`, the median of a person's losses and gains together, beside the columns of the store."""
    table = whole.population_table(overview.database)
    return table.with_columns(events=pl.col("median_events_loss") + pl.col("median_events_gain"))


def differences(overview: Overview, view: View, palette: Palette) -> Drawn:
    """F_ST of each pair of populations."""
    pairs = whole.pairwise_differences(overview.database)
    table = populations(overview.database)
    codes = [code for code in table["population"] if code in set(pairs["first"])]
    legend = "Hudson's F_ST of unrelated people over sites of losses and gains with 10 carriers or more: ratio of sums over sites."
    return "F_ST between populations", legend, charts.heat_chart(pairs, codes, "fst", "F_ST", palette)


OVERVIEW_CHARTS: Final[Mapping[str, Callable[[Overview, View, Palette], Drawn]]] = {
    "genome": genome,
    "carried-loss": _carried(Direction.LOSS),
    "carried-gain": _carried(Direction.GAIN),
    "spectrum": spectrum,
    "population-map": population_map,
    "population-differences": differences,
}


def _name(group: str) -> str:
    return "everyone" if group == EVERYONE else group
