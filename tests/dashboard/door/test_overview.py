"""What an address asks of the whole cohort: every fault is told, and what stored numbers do not know is named."""

from collections.abc import Callable

import pytest

from dashboard.door.overview import Overview, require_overview, resolve_overview
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import read_request
from dashboard.question.subject import Kind
from dashboard.question.versus import VERSUS
from dashboard.question.view import Scale
from dashboard.store.database import Generation
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents

Make = Callable[[Contents], Generation]


@pytest.fixture
def database(in_memory: Make) -> Generation:
    return in_memory(demonstration())


def overview(database: Generation, **values: str) -> Overview:
    return resolve_overview(read_request(database, values, (VERSUS,), Kind.GENE.default_overlap))


def test_a_super_population_is_drawn_and_any_other_group_is_left_aside(database: Generation) -> None:
    assert overview(database).group == "all"
    assert overview(database, population="AFR").group == "AFR"
    several = overview(database, population="AFR,EUR")
    assert (several.group, several.left_aside) == ("all", ("populations other than one super-population",))
    assert overview(database, population="GBR").left_aside == ("populations other than one super-population",)


def test_bins_are_of_two_levels_and_the_scale_is_logarithmic_unless_asked(database: Generation) -> None:
    assert [overview(database, filter=name).level for name in ("pass", "credible", "sensitive", "all")] == [
        Level.PASS, Level.CREDIBLE, Level.CREDIBLE, Level.CREDIBLE,
    ]  # fmt: skip
    assert overview(database, filter="all").left_aside == ("the filter all (credible stands for it)",)
    assert overview(database, min_bins="3", sex="XX", max_length="500").left_aside == ("sex", "length", "bins")
    assert (overview(database).scale, overview(database, scale="linear").scale) == (Scale.LOG, Scale.LINEAR)


def test_every_fault_of_a_comparison_is_told_r13(database: Generation) -> None:
    chosen = overview(database, population="AFR", versus="population:EUR")
    assert (chosen.group, chosen.versus, chosen.problems) == ("AFR", "EUR", ())
    assert chosen.query() == {"population": "AFR", "versus": "population:EUR"}
    for value in ("EUR", "population:GBR", "population:", "sex:XX", "population:EUR,cohort:all"):
        (problem,) = overview(database, versus=value).problems
        assert problem.sentence.startswith(f"“{value}” is not a value of versus, which takes population:AFR, ")
    (problem,) = overview(database, population="EUR", versus="population:EUR").problems
    assert "cannot be compared with itself" in problem.sentence
    with pytest.raises(RefusedError) as raised:
        require_overview(database, {"versus": "EUR", "filter": "PASS", "colour": "red"})
    assert [problem.parameter for problem in raised.value.refusal.problems] == ["filter", "colour", "versus"]
