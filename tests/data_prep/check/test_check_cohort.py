"""`check` of trios and of what the whole cohort shows (R6, R7, R11): a good database passes, each invariant is seen to break."""

from collections.abc import Iterator
from typing import Final

import duckdb
import pytest

from data_prep.check import cohort, groundwork
from tests.dashboard.demonstration import GENES, GSTM1
from tests.dashboard.small_database import Contents, fill, write_schema
from tests.data_prep.derived.test_trios import EVENTS, IMMUNE, LONG, PEOPLE, on

LOST = [on(f"m{number}", 0, GSTM1.start - 5_000, 20_000) for number in (2, 5)]
TEN = [on(f"f{number}", 1, 150_000_000) for number in range(1, 11)] + [on("c1", 1, 150_000_000)]

CHILDREN, OF_SITE, TRANSMISSION, BY_CLASS, NULLS = (
    "children's events",
    "children of a site",
    "transmission of a site",
    "transmission of the callset",
    "parents without a copy",
)
PERSONS: Final = "the events of persons"
RATE, GENES_OF, GROUP, SPECTRUM, TOTALS, LOSSES = (
    "a site's transmission rate",
    "a site's numbers of genes",
    "carriers of a site in a group",
    "the spectrum",
    "what a person carries",
    "who has no copy",
)
CHILD_COUNTS: Final = ("children", "from_both", "from_father", "from_mother", "below_filter", "neither", "inconsistent")
BREAKS: Final = [
    *[((CHILDREN,), f"UPDATE trio_quality SET {name} = {name} + 1 WHERE level = 'credible'") for name in CHILD_COUNTS],
    *[((OF_SITE,), f"UPDATE site_trios SET {name} = {name} + 1 WHERE level = 'pass'") for name in CHILD_COUNTS],
    ((CHILDREN, BY_CLASS, NULLS), "UPDATE trio_quality SET level = 'all' WHERE level = 'pass'"),
    ((CHILDREN, BY_CLASS, NULLS), "DELETE FROM trio_quality"),
    ((OF_SITE, TRANSMISSION, RATE), "DELETE FROM site_trios"),
    ((TRANSMISSION,), "UPDATE site_trios SET transmitted = transmitted + 1 WHERE level = 'all'"),
    ((TRANSMISSION, RATE), "UPDATE site_trios SET parents = parents + 1 WHERE level = 'credible' AND parents > 0"),
    *[((BY_CLASS,), f"UPDATE trio_quality SET {name} = {name} + 1") for name in ("parents", "transmitted")],
    *[((NULLS,), f"UPDATE trio_quality SET {name} = {name} + 1") for name in ("null_parents", "untransmitted")],
    *[
        ((RATE,), f"UPDATE sites SET {one}")
        for one in (
            "transmission = transmission + 0.01",
            "transmission_ci_low = transmission_ci_low + 0.01",
            "transmission_ci_high = NULL",
            "transmission = 0 WHERE transmission_parents < 10",
            "transmission_parents = 1 WHERE transmission_parents = 0",
        )
    ],
    ((GENES_OF,), "UPDATE sites SET genes = genes + 1"),
    ((GENES_OF,), "UPDATE sites SET coding_genes = 0"),
    ((GROUP,), "UPDATE site_groups SET carriers = carriers + 1 WHERE grouped_by = 'sex'"),
    ((GROUP,), "DELETE FROM site_groups WHERE grouped_by = 'all'"),
    ((GROUP,), "INSERT INTO site_groups SELECT 'population', 'FIN', 0, 0"),
    ((SPECTRUM,), "UPDATE site_spectrum SET sites = sites + 1 WHERE class = 'complete-loss'"),
    ((SPECTRUM,), "DELETE FROM site_spectrum WHERE superpopulation = 'all'"),
    ((TOTALS,), "UPDATE sample_totals SET bases = bases + 1 WHERE level = 'pass'"),
    ((TOTALS,), "UPDATE sample_totals SET outlier = NOT outlier"),
    ((TOTALS,), "DELETE FROM sample_totals WHERE class = 'low-gain'"),
    ((LOSSES,), "UPDATE gene_complete_losses SET carriers = carriers + 1"),
    ((LOSSES,), "DELETE FROM gene_complete_losses"),
    ((PERSONS,), "DELETE FROM sample_events WHERE chrom = 'chrY'"),
    ((PERSONS,), "INSERT INTO sample_events FROM sample_events LIMIT 1"),
    ((PERSONS,), "UPDATE sample_events SET site_id = site_id + 1 WHERE chrom = 'chr1'"),
]


@pytest.fixture(scope="module")
def good() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    write_schema(con)
    problems = [("immune-locus", "chr1", IMMUNE, IMMUNE + LONG, "made up"), ("par", "chrX", 10_000, 2_781_479, "PAR1")]
    fill(con, Contents(people=PEOPLE, events=[*EVENTS, *LOST, *TEN], genes=GENES, problems=problems))
    groundwork.make_tables(con)
    cohort.make_tables(con)
    yield con
    con.close()


def broken(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {found.sentence for one in cohort.INVARIANTS if (found := one.ask(con)).broken}


def test_a_good_database_passes_and_every_invariant_is_asked_of_something(good: duckdb.DuckDBPyConnection) -> None:
    assert broken(good) == set()
    assert [one.sentence for one in cohort.INVARIANTS if not one.ask(good).checked] == []


@pytest.mark.parametrize(("begins", "statement"), BREAKS)
def test_what_is_broken_is_seen_and_nothing_else(
    good: duckdb.DuckDBPyConnection, begins: tuple[str, ...], statement: str
) -> None:
    """R11, R6, R7."""
    good.execute("BEGIN")
    try:
        assert good.execute(statement).fetchall()[0][0], f"{statement} changed nothing"
        found = broken(good)
    finally:
        good.execute("ROLLBACK")
    assert {begin for begin in begins if any(one.startswith(begin) for one in found)} == set(begins)
    assert len(found) == len(begins), found


def test_every_invariant_is_broken_by_a_test() -> None:
    assert all(any(one.sentence.startswith(begin) for (begin, *_), _ in BREAKS) for one in cohort.INVARIANTS)
