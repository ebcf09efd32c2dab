"""Allele frequencies of sites (R6): lower bounds with their interval and Hardy-Weinberg, on pages and in every format.

On chr6 a loss of 12 kb: of 70 British 9 have no copy and 13 one, of 50 Yoruba none and 4; and six relatives of nobody's cohort.
On X a loss of 10 kb: of 40 XX two have no copy and five one, of 80 XY three have none.
"""

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from math import factorial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest

from dashboard.rows.sites import alleles
from tests.dashboard.opened_page import shown_table
from tests.dashboard.small_database import Contents, Event, Person, write_file

Get = Callable[..., bytes]

PEOPLE = [
    *(Person(f"G{number:02}", "GBR", "XY") for number in range(70)),
    *(Person(f"Y{number:02}", "YRI", "XX" if number < 40 else "XY") for number in range(50)),
    *(Person(f"R{number}", "YRI", "XX", unrelated=False) for number in range(6)),
]
AUTOSOME, X = "chr6:50000001-50012000", "chrX:40000001-40010000"
CONTENTS = Contents(
    PEOPLE,
    [
        *(Event(f"G{number:02}", "chr6", 50_000_000, 50_012_000, int(number >= 9)) for number in range(22)),
        *(Event(f"Y{number:02}", "chr6", 50_000_000, 50_012_000, 1) for number in range(4)),
        *(Event(f"R{number}", "chr6", 50_000_000, 50_012_000, 0) for number in range(6)),
        *(Event(f"Y{number:02}", "chrX", 40_000_000, 40_010_000, int(number >= 2)) for number in range(7)),
        *(Event(f"G{number:02}", "chrX", 40_000_000, 40_010_000, 0) for number in range(3)),
        Event("G50", "chr6", 70_000_000, 70_020_000, 3),
    ],
)


def exact(none: int, single: int, both: int) -> float:
    """Hardy-Weinberg by going through every number of heterozygotes with whole numbers (Wigginton et al. 2005)."""
    people, lost = none + single + both, 2 * none + single

    def chance(heterozygotes: int) -> Fraction:
        rare, common = (lost - heterozygotes) // 2, (2 * people - lost - heterozygotes) // 2
        ways = Fraction(factorial(people), factorial(rare) * factorial(heterozygotes) * factorial(common))
        return ways * 2**heterozygotes

    possible = [one for one in range(people + 1) if (lost - one) % 2 == 0 and one <= min(lost, 2 * people - lost)]
    weights = {one: chance(one) for one in possible}
    return float(sum(w for w in weights.values() if w <= weights[single]) / sum(weights.values()))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("alleles") / "cnv.duckdb", CONTENTS)


# lost, of so many; people without a copy, with one and with two, of whom two are expected
CASES = {
    "everyone": (AUTOSOME, {}, 2 * 9 + 13 + 4, 240, (9, 17, 94)),
    "a population": (AUTOSOME, {"population": "GBR"}, 31, 140, (9, 13, 48)),
    "relatives too": (AUTOSOME, {"cohort": "all"}, 47, 252, (15, 17, 94)),
    "X": (X, {}, 2 * 2 + 5 + 3, 2 * 40 + 80, (2, 5, 33)),
    "X of XX": (X, {"sex": "XX"}, 9, 80, (2, 5, 33)),
    "X of XY": (X, {"sex": "XY"}, 3, 80, None),
}


@pytest.mark.parametrize("case", CASES)
def test_files_have_the_share_of_alleles_its_interval_and_hardy_weinberg_of_who_is_counted_r6(
    get: Get, case: str
) -> None:
    place, filters, lost, every, copies = CASES[case]
    low, high = proportion_confint(lost, every, 0.05, "wilson")
    asked = {"region": place, **filters}
    lines = [one for one in get("sites.tsv", **asked).decode().splitlines() if not one.startswith("#")]
    found = [
        *csv.DictReader(io.StringIO(get("sites.csv", **asked).decode())),
        *csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t"),
        *next(
            one
            for one in json.loads(get("sites.json", **asked)).values()
            if isinstance(one, list) and one and "hwe_p" in one[0]
        ),
        *pq.read_table(io.BytesIO(get("sites.parquet", **asked))).to_pylist(),
    ]
    assert len(found) == 4
    for row in found:
        assert (int(row["allele_count"]), int(row["allele_number"])) == (lost, every)
        told = [float(row[name]) for name in ("allele_frequency", "af_ci_low", "af_ci_high")]
        assert told == pytest.approx([lost / every, low, high], abs=1e-12)
        if copies is None:
            assert row["hwe_p"] in ("", None)
        else:
            assert float(row["hwe_p"]) == pytest.approx(exact(*copies), rel=1e-9)
    line = next(one for one in get("sites.vcf", **asked).decode().splitlines() if not one.startswith("#"))
    info = dict(part.partition("=")[::2] for part in line.split("\t")[7].split(";"))
    assert (info["AC"], info["AN"]) == (str(lost), str(every))
    assert float(info["AF"]) == pytest.approx(lost / every, rel=1e-6)
    assert [float(one) for one in info["AF_CI"].split(",")] == pytest.approx([low, high], rel=1e-6)
    assert ("HWE" in info) == (copies is not None)


def test_those_of_everyone_are_the_ones_that_the_database_has_r6(database: Path, get: Get) -> None:
    with duckdb.connect(str(database), read_only=True) as root:
        stored = root.execute(
            "SELECT site, allele_frequency, af_ci_low, af_ci_high, hwe_p FROM sites WHERE alleles"
        ).fetchall()
    assert len(stored) == 2
    for place, stored_row in zip((AUTOSOME, X), sorted(stored), strict=True):
        row = next(csv.DictReader(io.StringIO(get("sites.csv", region=place).decode())))
        assert row["site"] == stored_row[0]
        numbers = [float(row[name]) for name in ("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p")]
        assert numbers == pytest.approx(stored_row[1:], rel=1e-12)


def test_gains_and_a_class_alone_have_no_alleles_r6(get: Get) -> None:
    for asked in ({"region": "chr6:70000001-70020000"}, {"region": AUTOSOME, "class": "complete-loss"}):
        row = next(csv.DictReader(io.StringIO(get("sites.csv", **asked).decode())))
        assert {row[name] for name in ("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p", "allele_number")} == {""}


def test_the_page_words_it_as_a_lower_bound_r6(open_page: Callable[..., AppTest]) -> None:
    app = open_page("region", region=AUTOSOME)
    low, high = proportion_confint(35, 240, 0.05, "wilson")
    p = exact(9, 17, 94)
    table = shown_table(app)
    assert "Alleles, at least" in [column["label"] for column in table.data["columns"]]
    (row,) = [row for row in table.rows if row["alleles"]]
    assert row["alleles"] == f"{35 / 240:.1%} ({low * 100:.1f}–{high * 100:.1f})".replace("%", " %")
    assert row["hwe_p"] == f"{p:.2g}"


def test_a_probability_beyond_digits_is_no_zero_r6() -> None:
    row = {"allele_frequency": 0.123, "af_ci_low": 0.1141, "af_ci_high": 0.1323, "hwe_p": 0.0}
    assert [cell.text for cell in alleles(row)] == ["12.3 % (11.4–13.2)", "below 1e-300"]
    assert [cell.text for cell in alleles(row | {"hwe_p": 0.031})] == ["12.3 % (11.4–13.2)", "0.031"]
    assert [cell.text for cell in alleles(row | {"hwe_p": None})] == ["12.3 % (11.4–13.2)", ""]
    assert [cell.text for cell in alleles(row | {"allele_frequency": None})] == ["", ""]
