"""The picture of trios as evidence (R11): each rate at its place with its interval, losses and gains apart, and none below ten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard import settings
from dashboard.charts.sheet import BOXES, POINTS, TEXTS
from dashboard.charts.trios import BETWEEN, HALF, RATES, ROW, TOP, trio_chart
from dashboard.colours import LIGHT
from dashboard.store.trios import with_rates
from data_prep.domain.trios import BIN_CLASSES, LENGTH_CLASSES
from tests.dashboard.opened_page import html, opened_page, words
from tests.shared_cohorts import eighty_people

COUNTS = (
    "children", "from_both", "from_father", "from_mother", "below_filter", "neither", "inconsistent", "parents", "transmitted",
    "null_parents", "untransmitted",
)  # fmt: skip


def rows_of(*rows: tuple[str, str, str, dict[str, int]]) -> pl.DataFrame:
    """Rows of a level: direction, length class, bin class, and the counts that are not 0."""
    table = [
        {"direction": direction, "level": "credible", "length_class": length, "bin_class": bins}
        | dict.fromkeys(COUNTS, 0)
        | counts
        for direction, length, bins, counts in rows
    ]
    return with_rates(pl.DataFrame(table))


def shares(chart: dict[str, Any]) -> list[tuple[str, str]]:
    return [(point["shape"], point["told"]) for point in chart["datasets"][POINTS].iter_rows(named=True)]


def test_each_rate_stands_at_its_place() -> None:
    counts = {"children": 100, "from_both": 90, "neither": 4, "inconsistent": 2, "parents": 40, "transmitted": 20}
    few = {"children": 9, "parents": 9, "transmitted": 9}
    chart = trio_chart(
        rows_of(
            ("loss", "all", "all", counts),
            ("gain", "all", "all", few),
            ("loss", "3-10kb", "all", counts),
            ("gain", "3-10kb", "all", few),
        ),
        LIGHT,
    )
    points = chart["datasets"][POINTS].to_dicts()
    # of nine there is no rate
    assert {point["shape"] for point in points} == {"circle"}
    assert len(points) == 2 * len(RATES)
    transmission = points[0]
    assert transmission["x"] == pytest.approx(0.5)
    assert transmission["y"] == TOP + ROW / 2 + 5
    low, high = proportion_confint(20, 40, method="wilson")
    assert f"transmitted 50.0 % ({low:.1%}".replace("%", "").split(" (")[0] in transmission["told"].replace(" %", "")
    assert f"({low * 100:.1f}–{high * 100:.1f}) of 40 trios and sites" in transmission["told"]
    intervals = [
        (box["x"], box["x2"])
        for box in chart["datasets"][BOXES].iter_rows(named=True)
        if box["colour"] == LIGHT.loss and box["x2"] < 1
    ]
    assert intervals[0] == pytest.approx((low, high))
    # 94 of 100, on a scale that reaches as far as the interval does, to a round share
    consistent = points[2]
    assert "consistent 94.0 %" in consistent["told"]
    low, _ = proportion_confint(94, 100, method="wilson")
    reach = next(share for share in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1) if share >= 1 - low)
    assert consistent["x"] == pytest.approx(1 + BETWEEN + (0.94 - (1 - reach)) / reach)
    assert "apparent de novo 4.0 %" in points[4]["told"]


def test_the_expected_half_is_drawn_and_nothing_has_no_row() -> None:
    counts = {"children": 100, "from_both": 100, "parents": 40, "transmitted": 20}
    chart = trio_chart(rows_of(("loss", "all", "all", counts), ("gain", "all", "all", {})), LIGHT)
    guide = [
        (box["x"] + box["x2"]) / 2
        for box in chart["datasets"][BOXES].iter_rows(named=True)
        if box["colour"] == LIGHT.muted
    ]
    assert guide == pytest.approx([HALF])
    names = [text["text"] for text in chart["datasets"][TEXTS].iter_rows(named=True) if text["y"] > TOP]
    assert names == ["everything"]
    # all of it is consistent: the scale ends at 100 %
    assert max(
        point["x"] for point in chart["datasets"][POINTS].iter_rows(named=True) if "consistent" in point["told"]
    ) == pytest.approx(2 + BETWEEN)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return eighty_people(tmp_path_factory)


@pytest.fixture
def con(small: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(small.resolve()), read_only=True) as root:
        yield root
    settings.store().close()


@pytest.mark.parametrize("level", ["credible", "all"])
def test_the_page_of_the_data_says_what_the_counts_say(
    small: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    """R11: table and picture against sums over the stored counts, by hand, with another library's intervals."""
    app = opened_page(monkeypatch, small, "data", {"filter": level} if level != "credible" else {})
    said = words(app)
    picture = app.get("vega_lite_chart")[0].proto
    by_name = {data.name: pl.read_ipc_stream(data.data.data) for data in picture.datasets}
    told = by_name[POINTS]["told"].to_list()
    drawn = 0
    for direction in ("loss", "gain"):
        for column, classes in (("length_class", LENGTH_CLASSES), ("bin_class", BIN_CLASSES)):
            for name in classes:
                children, neither, inconsistent, parents, transmitted = con.execute(
                    f"""SELECT coalesce(sum(children), 0)::INT, coalesce(sum(neither), 0)::INT, coalesce(sum(inconsistent), 0)::INT,
                    coalesce(sum(parents), 0)::INT, coalesce(sum(transmitted), 0)::INT
                    FROM trio_quality WHERE direction = $direction::direction AND level = $level::filter_level AND {column} = $name""",
                    {"direction": direction, "level": level, "name": name},
                ).fetchone()  # type: ignore[misc]
                for part, whole in (
                    (transmitted, parents),
                    (children - neither - inconsistent, children),
                    (neither, children),
                ):
                    if whole < 10:
                        continue
                    low, high = proportion_confint(part, whole, method="wilson")
                    end = f"of {whole:,} "
                    near = [text for text in told if text.startswith(f"{direction}, ") and end in text]
                    assert near, (direction, name, part, whole)
                    assert f"of {whole:,}" in said
                    assert any(_close(text, part / whole, low, high) for text in near), (near, part / whole, low, high)
                    drawn += 1
    everything = 6
    assert drawn
    assert len(told) <= drawn + everything
    assert 'href="/download/trios.csv"' in html(app)
    assert f'/chart/trios.svg{"?filter=all" if level == "all" else ""}"' in html(app)


def _close(text: str, share: float, low: float, high: float) -> bool:
    """Whether a sentence tells a share and its bounds, to the digits that it writes."""
    written, _, interval = text.partition(" % (")
    ends = interval.partition(")")[0].split("–")
    values = [float(written.rpartition(" ")[2]), *map(float, ends)]
    return all(abs(value / 100 - number) < 0.0006 for value, number in zip(values, (share, low, high), strict=True))
