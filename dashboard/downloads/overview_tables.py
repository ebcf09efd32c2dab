"""The tables of the whole cohort, as files have them."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from dashboard.door.overview import Overview
from dashboard.store import whole


def bins(overview: Overview) -> pl.DataFrame:
    """The genome in bins of 1 Mb, of the group that is drawn, and of the one that it is compared with."""
    groups = [overview.group, *([overview.versus] if overview.versus else [])]
    frames = [
        whole.genome_bins(overview.database, group, overview.level, overview.filters.cohort).with_columns(
            superpopulation=pl.lit(group), length=pl.col("end") - pl.col("start")
        )
        for group in groups
    ]
    wanted = [direction.value for direction in overview.filters.directions]
    return pl.concat(frames).filter(pl.col("direction").is_in(wanted))


def carried(overview: Overview) -> pl.DataFrame:
    """What a person carries, in every group."""
    return pl.concat(
        whole.carried_by_group(overview.database, overview.filters, kind).with_columns(grouped_by=pl.lit(kind))
        for kind in ("all", "superpopulation", "population", "sex")
    )


def differences(overview: Overview) -> pl.DataFrame:
    """F_ST and V_ST of every pair of populations, and of super-populations."""
    return pl.concat(
        whole.pairwise_differences(overview.database, kind).with_columns(grouped_by=pl.lit(kind))
        for kind in ("superpopulation", "population")
    )


OVERVIEW_TABLES: Final[Mapping[str, Callable[[Overview], pl.DataFrame]]] = {
    "bins": bins,
    "carried": carried,
    "spectrum": lambda overview: whole.spectrum(overview.database),
    "populations": lambda overview: whole.population_table(overview.database, overview.level),
    "differences": differences,
}
