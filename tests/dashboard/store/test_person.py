"""One person (R5, R11): relatives, events with their sites, and how they were inherited, against a pedigree written out by hand."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard.question.filters import Filters
from dashboard.store.database import Generation
from dashboard.store.person import (
    Known,
    Role,
    events_of_person,
    every_event_of,
    handed_on,
    marks_of,
    person_named,
    relatives_of,
    trio_of,
)
from dashboard.store.trios import trio_numbers, trio_quality, trios_of_site
from data_prep.domain.levels import Level
from tests.dashboard.small_database import PROVENANCE, Contents, Person, fill, write_schema
from tests.data_prep.derived.test_trios import EVENTS, PEOPLE, on

MORE = [
    # a second child of the first trio, one of its mother alone, and one whose parents are in no table
    Person("second", sex="XX", unrelated=False, father="f1", mother="m1"),
    Person("half", sex="XX", unrelated=False, father="elsewhere", mother="m1"),
    Person("orphan", sex="XY", father="nobody"),
]


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, Contents(people=[*PEOPLE, *MORE], events=[*EVENTS, on("second", 1), on("orphan", 3, 60_000_000)]))
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


def named(database: Generation, name: str) -> "object":
    person = person_named(database, name)
    assert person is not None
    return person


def test_a_person_is_found_in_any_case_and_nobody_by_another_name(database: Generation) -> None:
    person = person_named(database, "C1")
    assert person is not None
    assert (person.sample, person.population, person.superpopulation, person.sex, person.father) == ("c1", "GBR", "EUR", "XY", "f1")  # fmt: skip
    assert person.population_name == "British in England and Scotland"
    assert person_named(database, "c99") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("c1", [(Role.FATHER, "f1", Known.READ), (Role.MOTHER, "m1", Known.READ), (Role.SIBLING, "second", Known.READ), (Role.HALF_SIBLING, "half", Known.READ)]),
        ("m1", [(Role.CHILD, "c1", Known.READ), (Role.CHILD, "half", Known.READ), (Role.CHILD, "second", Known.READ)]),
        ("c12", [(Role.FATHER, "f12", Known.NOT_READ), (Role.MOTHER, "m12", Known.READ)]),
        ("half", [(Role.FATHER, "elsewhere", Known.NOT_IN_PANEL), (Role.MOTHER, "m1", Known.READ), (Role.HALF_SIBLING, "c1", Known.READ), (Role.HALF_SIBLING, "second", Known.READ)]),
        ("orphan", [(Role.FATHER, "nobody", Known.NOT_IN_PANEL)]),
        ("alone", []),
    ],
)  # fmt: skip
def test_relatives_and_what_is_known_of_them(database: Generation, name: str, expected: list[tuple[str, ...]]) -> None:
    """R11: who was not read is not known, and never without a call."""
    person = person_named(database, name)
    assert person is not None
    assert [(one.role, one.sample, one.known) for one in relatives_of(database, person)] == expected


def states(database: Generation, name: str, level: Level = Level.CREDIBLE) -> dict[tuple[str, int, str], tuple[object, ...]]:  # fmt: skip
    person = person_named(database, name)
    assert person is not None
    view = trio_of(database, person, Filters(level=level))
    assert view is not None
    rows = view.events.iter_rows(named=True)
    return {
        (row["chrom"], row["start"], row["direction"]): (row["father"], row["mother"], row["inheritance"], row["inconsistent"])
        for row in rows
    }  # fmt: skip


LOSS, GAIN = ("chr1", 10_000_000, "loss"), ("chr1", 30_000_000, "gain")
ON_X, IN_PAR, ON_Y = ("chrX", 50_000_000, "loss"), ("chrX", 1_000_000, "loss"), ("chrY", 15_000_000, "loss")


@pytest.mark.parametrize(
    ("child", "place", "expected"),
    [
        ("c1", LOSS, ("carries", "none", "father", False)),
        ("c1", GAIN, ("carries", "none", "father", False)),
        ("c1", ON_X, ("not-asked", "carries", "mother", False)),
        ("c1", ON_Y, ("carries", "not-asked", "father", False)),
        ("c2", ON_X, ("not-asked", "none", "neither", False)),
        ("c2", ON_Y, ("none", "not-asked", "neither", False)),
        ("c3", LOSS, ("carries", "carries", "both", False)),
        ("c3", IN_PAR, ("carries", "none", "father", False)),
        ("c4", LOSS, ("carries", "none", "father", True)),
        ("c5", LOSS, ("none", "none", "neither", False)),
        ("c6", LOSS, ("none", "below-filter", "below-filter", False)),
        ("c9", LOSS, ("none", "carries", "mother", False)),
        ("c10", ON_X, ("carries", "none", "father", True)),
        # a marked chromosome is told on the page of the person
        ("c11", LOSS, ("none", "none", "neither", False)),
        ("c12", LOSS, ("not-known", "carries", None, False)),
        ("orphan", ("chr1", 60_000_000, "gain"), ("not-known", "not-known", None, False)),
    ],
)  # fmt: skip
def test_how_an_event_was_inherited(database: Generation, child: str, place: tuple[str, int, str], expected: tuple[object, ...]) -> None:  # fmt: skip
    """R11, trio by trio as it is written out."""
    assert states(database, child)[place] == expected


def test_levels_and_the_calls_of_the_parents(database: Generation) -> None:
    assert LOSS not in states(database, "c9", Level.PASS)
    person = person_named(database, "c6")
    assert person is not None
    view = trio_of(database, person, Filters())
    assert view is not None
    assert [(row["role"], row["start"], row["copy_number"], row["level"]) for row in view.calls.iter_rows(named=True)] == [("mother", 10_000_000, 1, "sensitive")]  # fmt: skip
    alone = person_named(database, "alone")
    assert alone is not None
    assert trio_of(database, alone, Filters()) is None


def test_what_children_have_of_a_parent(database: Generation) -> None:
    person = person_named(database, "f1")
    assert person is not None
    rows = handed_on(database, person, Filters())
    found = {(row["child"], row["chrom"], row["start"]): row["state"] for row in rows.iter_rows(named=True)}
    assert found["c1", "chr1", 10_000_000] == "carries"
    assert found["second", "chr1", 10_000_000] == "carries"
    assert found["second", "chr1", 30_000_000] == "none"
    # a daughter has no Y of him
    assert found["second", "chrY", 15_000_000] == "not-asked"
    alone = person_named(database, "alone")
    assert alone is not None
    assert handed_on(database, alone, Filters()).is_empty()


def test_events_have_the_frequency_of_their_site_and_the_rarest_come_first(database: Generation) -> None:
    """R5, R6: carriers among the unrelated, counted by hand."""
    person = person_named(database, "c1")
    assert person is not None
    rows = events_of_person(database, person, Filters()).rows(named=True)
    # at 10 Mb the unrelated f1 m2 f3 m3 f4 f7 f8 and m12 carry; at 30 Mb f1 f2 f3
    by_place = {(row["chrom"], row["start"], row["direction"]): row for row in rows}
    unrelated = sum(person.unrelated and person.counted for person in [*PEOPLE, *MORE])
    for place, carriers in ((LOSS, 8), (GAIN, 3)):
        row = by_place[place]
        assert (row["carriers"], row["carriers_population"]) == (carriers, carriers)
        assert row["samples"] == unrelated
        assert row["frequency"] == pytest.approx(carriers / unrelated)
    counts = [row["carriers"] for row in rows]
    assert counts == sorted(counts)
    assert {row["level"] for row in rows} == {"pass"}
    gains = events_of_person(database, person, Filters(min_bins=3)).rows(named=True)
    assert all(row["bins"] >= 3 for row in gains)
    assert len(gains) < len(rows)


def test_the_events_of_a_marked_person_are_there_with_the_mark(database: Generation) -> None:
    """R11: its chromosome founds no site, so its event has none of its own."""
    person = person_named(database, "c11")
    assert person is not None
    rows = events_of_person(database, person, Filters()).rows(named=True)
    assert [(row["chrom"], row["start"], row["marked"]) for row in rows] == [("chr1", 10_000_000, True)]
    assert marks_of(database, person)["chrom"].to_list() == ["chr1"]
    assert every_event_of(database, person.sample_id).height == 1


def test_rates_of_the_callset_and_of_a_site(database: Generation) -> None:
    """R11: sums over classes of the tables that are proven apart; null below ten."""
    assert trio_numbers(database) == (14, 12)
    both, none = trio_quality(database), trio_quality(database, ())
    assert none.height == 8
    for row in none.iter_rows(named=True):
        part = both.filter((both["direction"] == row["direction"]) & (both["level"] == row["level"]))
        for name in ("children", "from_father", "neither", "parents", "transmitted", "null_parents", "consistent"):
            assert part[name].sum() == row[name]
        for rate, whole, share in (("transmission", "parents", "transmitted"), ("de_novo", "children", "neither"), ("consistency", "children", "consistent")):  # fmt: skip
            if row[whole] < 10:
                assert row[rate] is row[f"{rate}_ci_low"] is None
            else:
                assert row[rate] == pytest.approx(row[share] / row[whole])
                assert row[f"{rate}_ci_low"] < row[rate] + 1e-12 < row[f"{rate}_ci_high"] + 1e-9
    losses = none.filter((none["direction"] == "loss") & (none["level"] == "credible")).row(0, named=True)
    assert losses["children"] >= 13
    assert losses["consistent"] == losses["children"] - losses["neither"] - losses["inconsistent"]
    site = person_named(database, "c1")
    assert site is not None
    number = next(row["site_id"] for row in events_of_person(database, site, Filters()).iter_rows(named=True) if row["start"] == 10_000_000)  # fmt: skip
    levels = trios_of_site(database, number)
    assert levels["level"].to_list() == ["pass", "credible", "sensitive", "all"]
    # the second child of the first trio is one more of the seven that are counted by hand, and tells of transmission too
    credible = levels.row(1, named=True)
    assert (credible["children"], credible["from_father"], credible["parents"], credible["transmitted"]) == (8, 4, 4, 3)
    assert credible["transmission"] is None
