"""Calls of one place in one person stand in an order that is theirs, whatever the order of the file (R12)."""

from pathlib import Path
from random import Random

import pytest

from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, write, write_table

KEYS = ("class", "copy_number", "event", "bins", "quality", "copy_ratio", "filters", "genotype")
END = 10_000

# Two calls of one interval by the key that tells them apart, in the order in which they must stand; of every key behind
# it the second has the lesser value. Both abut a third, so they are one event, but those that need two.
PAIRS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    # a gain stands before LOH, whose copies are fewer
    "class": ({"alt": "<DUP>", "cn": 3, "gt": "./1"}, {"alt": "<DEL>,<DUP>", "cn": 2, "gt": "1/2"}),
    "copy_number": (
        {"alt": "<DUP>", "cn": 3, "gt": "./1", "bins": 2},
        {"alt": "<DUP>", "cn": 4, "gt": "./1", "bins": 1},
    ),
    "bins": ({"bins": 1, "quality": 50}, {"bins": 2, "quality": 40}),
    "quality": ({"quality": 40, "sm": 0.6}, {"quality": 50, "sm": 0.5}),
    "copy_ratio": ({"sm": 0.5, "filters": "cnvQual"}, {"sm": 0.6, "filters": "PASS"}),
    "filters": ({"filters": "PASS", "gt": "1/0"}, {"filters": "cnvQual", "gt": "0/1"}),
    "genotype": ({"gt": "0/1"}, {"gt": "1/0"}),
}


def start(key: str) -> int:
    return 1_000_000 * (1 + KEYS.index(key))


def call(key: str, more: dict[str, object]) -> str:
    given: dict[str, object] = {"bins": 2, **more}
    return record("chr1", start(key), start(key) + END, **given)  # type: ignore[arg-type]


def third(key: str) -> str:
    """What both abut, of the direction of the first."""
    first = {name: value for name, value in PAIRS[key][0].items() if name in ("alt", "cn", "gt")}
    return record("chr1", start(key) + END, start(key) + 2 * END, bins=2, **first)  # type: ignore[arg-type]


def stored(database: Built, key: str) -> list[dict[str, object]]:
    return [row for row in database.table("calls") if row["start"] == start(key)]


@pytest.mark.parametrize("seed", range(3))
def test_calls_of_one_place_stand_in_one_order_whatever_the_file_s(tmp_path: Path, seed: int) -> None:
    """Each key of the order decides where those before it are alike."""
    first, second = (
        write(tmp_path / name, "A", _shuffled(seed, reverse=reverse)) for name, reverse in (("a", False), ("b", True))
    )
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    for number, file in enumerate((first, second)):
        database = build_here([file], table, tmp_path / f"{number}.duckdb")
        for key, pair in PAIRS.items():
            rows = stored(database, key)
            assert len(rows) == 2, key
            if key != "class":
                assert rows[0]["event_id"] == rows[1]["event_id"], key
            for row, given in zip(rows, pair, strict=True):
                for name, column in (("bins", "bins"), ("quality", "quality"), ("filters", "filters"), ("gt", "genotype"), ("cn", "copy_number")):  # fmt: skip
                    if name in given:
                        assert row[column] == given[name], key
                if "sm" in given:
                    assert row["copy_ratio"] == pytest.approx(given["sm"]), key


def _shuffled(seed: int, *, reverse: bool) -> list[str]:
    """All pairs with their thirds, in an order of their own and each pair the other way round with `reverse`."""
    keys = list(PAIRS)
    Random(seed).shuffle(keys)
    return [
        line for key in keys for line in (*[call(key, one) for one in PAIRS[key][:: -1 if reverse else 1]], third(key))
    ]


def test_calls_of_two_events_stand_in_the_order_of_their_events(tmp_path: Path) -> None:
    """Alike but for their bins: the number of the event comes before them."""
    lines = [call("event", {"bins": bins}) for bins in (9, 5)]
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    database = build_here([write(tmp_path / "vcf", "A", lines)], table, tmp_path / "cnv.duckdb")
    rows = stored(database, "event")
    assert [row["bins"] for row in rows] == [9, 5]
    assert rows[0]["event_id"] < rows[1]["event_id"]
