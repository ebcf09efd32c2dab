"""Trios as evidence (rule R11): rates of the callset and of a site, each with the number that it rests on.

The database holds counts, which add up; a rate is made here, with Wilson's interval, and is null below ten.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.statistics import wilson
from data_prep.domain.copy_number import DIRECTIONS
from data_prep.domain.levels import Level
from data_prep.domain.trios import BIN_CLASSES, LEAST_TRIOS, LENGTH_CLASSES

_COUNTS: Final = (
    "children",
    "from_both",
    "from_father",
    "from_mother",
    "below_filter",
    "neither",
    "inconsistent",
    "parents",
    "transmitted",
)
_NULLS: Final = ("null_parents", "untransmitted")
ALL: Final = "all"
"""Stands for every class of length or bins together."""

# One row a direction, level and pair of classes with anything to count.
QUALITY: Final = Statement(
    f"""SELECT direction::VARCHAR AS direction, level::VARCHAR AS level, length_class, bin_class, {", ".join((*_COUNTS, *_NULLS))}
FROM trio_quality""",
    {
        **dict.fromkeys(("direction", "level", "length_class", "bin_class"), pl.String),
        **dict.fromkeys((*_COUNTS, *_NULLS), pl.Int32),
    },
)

# One row a level at which trios say anything of the site.
OF_SITE: Final = Statement(
    f"SELECT level::VARCHAR AS level, {', '.join(_COUNTS)} FROM site_trios WHERE site_id = $site",
    {"level": pl.String, **dict.fromkeys(_COUNTS, pl.Int32)},
)

# One row: trios in the database, and those of whom all three were read.
TRIOS: Final = Statement(
    """SELECT (count(*))::INTEGER AS pedigree, (count(*) FILTER (c.counted AND f.counted AND m.counted))::INTEGER AS counted
FROM samples c LEFT JOIN samples f ON f.sample_id = c.father_id LEFT JOIN samples m ON m.sample_id = c.mother_id
WHERE c.father IS NOT NULL AND c.mother IS NOT NULL""",
    {"pedigree": pl.Int32, "counted": pl.Int32},
)

RATES: Final = {
    "transmission": ("transmitted", "parents"),
    "consistency": ("consistent", "children"),
    "de_novo": ("neither", "children"),
    "untransmitted_nulls": ("untransmitted", "null_parents"),
}
"""Rates with the counts that they are of: `consistent` are the children's events that a parent has too, at any level, and that no
copy number contradicts."""
EXPECTED_TRANSMISSION: Final = 0.5


@remembered
def trio_numbers(database: Generation) -> tuple[int, int]:
    """Children of whom the sample table names both parents, and those of them of whom all three files were read."""
    pedigree, counted = database.frame(TRIOS).row(0)
    return pedigree, counted


@remembered
def trio_quality(database: Generation, by: Sequence[str] = ("length_class", "bin_class")) -> pl.DataFrame:
    """What trios say of the callset: rows by `direction`, `level` and the classes of `by` (`length_class`, `bin_class`, both or
    none, as a tuple), in their order, losses and gains apart, with what is not in `by` as `all`.

    Columns: `direction`, `level`, `length_class`, `bin_class`; the counts of the table `trio_quality`; `consistent`; and for each of
    `RATES` the share and its 95 % interval, `transmission`, `transmission_ci_low`, `transmission_ci_high` and so on, 0 to 1, null where
    they would be of fewer than ten. Every level and class has a row, with zeros where there is nothing.
    """
    classes = {"length_class": LENGTH_CLASSES, "bin_class": BIN_CLASSES}
    rows = database.frame(QUALITY)
    keys = ["direction", "level", *(name for name in classes if name in by)]
    orders = [
        [one.value for one in DIRECTIONS],
        [level.value for level in Level],
        *(list(classes[name]) for name in keys[2:]),
    ]
    grid = pl.DataFrame({keys[0]: orders[0]})
    for name, order in zip(keys[1:], orders[1:], strict=True):
        grid = grid.join(pl.DataFrame({name: order}), how="cross", maintain_order="left_right")
    sums = rows.group_by(keys).agg(pl.col(*_COUNTS, *_NULLS).sum())
    table = grid.join(sums, on=keys, how="left", maintain_order="left").with_columns(
        pl.col(*_COUNTS, *_NULLS).fill_null(0)
    )
    table = table.with_columns(pl.lit(ALL).alias(name) for name in classes if name not in by)
    return with_rates(table).select(
        "direction", "level", "length_class", "bin_class", pl.exclude("direction", "level", *classes)
    )


@remembered
def trios_of_site(database: Generation, site_id: int) -> pl.DataFrame:
    """What trios say of a site, a row a level in order: `level`, the counts of the table `site_trios`, `consistent`, and the rates as
    `trio_quality` has them, less those of parents without a copy."""
    rows = database.frame(OF_SITE, {"site": site_id})
    levels = pl.DataFrame({"level": [level.value for level in Level]})
    table = levels.join(rows, on="level", how="left", maintain_order="left").with_columns(pl.col(*_COUNTS).fill_null(0))
    return with_rates(table)


def with_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with `consistent` and the rates that can be made of them, null where they would be of fewer than ten."""
    table = counts.with_columns(consistent=pl.col("children") - pl.col("neither") - pl.col("inconsistent"))
    for name, (part, whole) in RATES.items():
        if part not in table.columns:
            continue
        total = table[whole].to_numpy().astype(np.int64)
        values = wilson(table[part].to_numpy().astype(np.int64), np.where(total >= LEAST_TRIOS, total, 0))
        names = (name, f"{name}_ci_low", f"{name}_ci_high")
        table = table.with_columns(
            pl.Series(one, value, nan_to_null=True) for one, value in zip(names, values, strict=True)
        )
    return table
