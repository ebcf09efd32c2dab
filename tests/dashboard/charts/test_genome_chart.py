"""The genome-wide picture: what its paths are made of, where they break, and that both directions and all panels share a scale."""

import math
from typing import Any

import polars as pl
import pytest

from dashboard.charts.genome import OFFSETS, WHOLE, Panel, difference_chart, genome_chart
from dashboard.colours import LIGHT
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import Direction

BOTH = (Direction.LOSS, Direction.GAIN)
MB = 1_000_000


def bins(*rows: tuple[str, int, str, float | None, float | None]) -> pl.DataFrame:
    """Bins of 1 Mb by chromosome, number, direction, mean and maximum."""
    return pl.DataFrame(
        [(chrom, n * MB, min((n + 1) * MB, LENGTHS[chrom]), direction, mean, most) for chrom, n, direction, mean, most in rows],
        schema={
            "chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "direction": pl.String, "mean": pl.Float64, "maximum": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


ROWS = bins(
    ("chr1", 0, "loss", 0.1, 0.4), ("chr1", 1, "loss", None, None), ("chr1", 2, "loss", 0.2, 0.2), ("chr2", 0, "loss", 0.0, 0.0),
    ("chr1", 0, "gain", 0.05, 0.1), ("chr1", 1, "gain", None, None), ("chr1", 2, "gain", 0.0, 0.0), ("chr2", 0, "gain", 0.1, 0.1),
)  # fmt: skip


def paths(spec: dict[str, Any], name: str) -> list[list[tuple[float, float]]]:
    """Points of each path of a series."""
    frame = spec["datasets"][name]
    return [list(zip(path["x"], path["y"], strict=True)) for _, path in frame.group_by("run", maintain_order=True)]


def zero_of(spec: dict[str, Any], name: str) -> float:
    (zero,) = spec["datasets"][name]["zero"].unique()
    return float(zero)


def test_chromosomes_lie_end_to_end_x_and_y_last() -> None:
    assert (OFFSETS["chr1"], OFFSETS["chr2"], OFFSETS["chr3"]) == (0, 248_956_422, 248_956_422 + 242_193_529)
    assert WHOLE == OFFSETS["chrY"] + 57_227_415 == sum(LENGTHS.values())


def test_every_chromosome_is_named_where_it_has_the_pixels() -> None:
    texts = genome_chart([Panel("everyone", ROWS, 100)], LIGHT, BOTH)["datasets"]["texts"]
    names = dict(texts.filter(texts["room"].is_not_null()).select("text", "room").iter_rows())
    assert names == {name.removeprefix("chr"): length for name, length in LENGTHS.items()}
    # all at the width of a page of 1,200 pixels, on a phone of 360 the longer ones
    shown = {width: {name for name, room in names.items() if room * width / WHOLE >= 15} for width in (1_200, 360)}
    assert len(shown[1_200]) == 24
    assert shown[360] == {*map(str, range(1, 13)), "X"}


def test_bins_without_a_gap_are_one_path_and_a_gap_is_no_0_r8() -> None:
    spec = genome_chart([Panel("everyone", ROWS, 100)], LIGHT, BOTH)
    zero = zero_of(spec, "loss mean 0")
    reach = (max(y for path in paths(spec, "loss maximum 0") for _, y in path) - zero) / 0.4
    drawn = paths(spec, "loss mean 0")
    assert [[(x, pytest.approx((y - zero) / reach)) for x, y in path] for path in drawn] == [
        [(0, 0.1), (MB, 0.1)],
        [(2 * MB, 0.2), (3 * MB, 0.2)],
        [(OFFSETS["chr2"], 0.0), (OFFSETS["chr2"] + MB, 0.0)],
    ]
    # gains go up from the same line, on the same scale
    most = min(y for path in paths(spec, "gain maximum 0") for _, y in path)
    assert zero_of(spec, "gain maximum 0") == zero
    assert (zero - most) / reach == pytest.approx(0.1)
    assert [layer["mark"]["opacity"] for layer in spec["layer"] if layer["mark"]["type"] == "area"] == [
        0.3,
        0.95,
        0.3,
        0.95,
    ]


def test_a_path_has_a_point_where_its_height_changes_and_one_that_closes_it() -> None:
    shares = [0.0, 0.0, 0.3, 0.3, 0.3, 0.0, 0.1, 0.1, None, 0.1, 0.1, 0.1]
    rows = bins(
        *(("chr1", n, direction, share, share) for direction in ("loss", "gain") for n, share in enumerate(shares))
    )
    spec = genome_chart([Panel("everyone", rows, 100)], LIGHT, BOTH)
    zero = zero_of(spec, "loss mean 0")
    drawn = paths(spec, "loss mean 0")
    assert [[x / MB for x, _ in path] for path in drawn] == [[0, 2, 5, 6, 8], [9, 12]]
    # between its points a path stays at the height of the one before: each bin is as high as its share
    reach = (max(y for path in drawn for _, y in path) - zero) / 0.3
    for path in drawn:
        for n in range(round(path[0][0] / MB), round(path[-1][0] / MB)):
            height = next(y for x, y in reversed(path) if x <= n * MB)
            assert height - zero == pytest.approx(reach * (shares[n] or 0))


def test_panels_share_a_scale_and_are_named_and_one_alone_is_not() -> None:
    half = ROWS.with_columns(pl.col("mean") / 2, pl.col("maximum") / 2)
    spec = genome_chart([Panel("AFR, 10 people", ROWS, 10), Panel("EUR, 20 people", half, 20)], LIGHT, BOTH)
    deepest = [
        max(y for path in paths(spec, f"loss maximum {n}") for _, y in path) - zero_of(spec, f"loss mean {n}")
        for n in (0, 1)
    ]
    assert deepest[0] == pytest.approx(2 * deepest[1])
    texts = spec["datasets"]["texts"]["text"].to_list()
    assert [text for text in texts if "people" in text] == ["AFR, 10 people", "EUR, 20 people"]
    assert [text for text in texts if text.isalnum()][-2:] == ["X", "Y"]
    alone = genome_chart([Panel("everyone, 10 people", ROWS, 10)], LIGHT, BOTH)
    assert not [text for text in alone["datasets"]["texts"]["text"] if "people" in text]


def test_a_logarithmic_drawing_has_equal_steps_for_equal_ratios_from_half_a_person() -> None:
    spec = genome_chart([Panel("everyone", ROWS, 1_000)], LIGHT, BOTH, logarithmic=True)
    zero = zero_of(spec, "loss maximum 0")

    def height(share: float) -> float:
        return math.log(share / 0.000_5) / math.log(1 / 0.000_5)

    heights = [path[0][1] - zero for path in paths(spec, "loss maximum 0")]
    reach = heights[0] / height(0.4)
    assert heights == [pytest.approx(height(0.4) * reach), pytest.approx(height(0.2) * reach), pytest.approx(0)]
    guides = spec["datasets"]["texts"].filter(pl.col("text").str.ends_with(" %"))
    assert set(guides["text"]) == {"1 %", "10 %"}  # 0.1 % would lie 13.6 pixels from nobody


def test_one_direction_alone_and_nobody() -> None:
    spec = genome_chart([Panel("everyone", ROWS, 10)], LIGHT, (Direction.GAIN,))
    assert not [name for name in spec["datasets"] if name.startswith("loss")]
    empty = genome_chart([Panel("nobody", ROWS.clear(), 0)], LIGHT, BOTH)
    assert empty["datasets"]["loss mean 0"].is_empty()
    assert genome_chart([Panel("nobody", ROWS.clear(), 0)], LIGHT, BOTH, logarithmic=True)["height"] > 0


def test_a_difference_says_in_words_where_there_is_more_r10() -> None:
    rows = ROWS.select(
        "chrom",
        "start",
        "end",
        "direction",
        difference=pl.Series([0.2, None, -0.1, 0, 0, None, 0.1, 0], dtype=pl.Float64),
    )
    spec = difference_chart(rows, ("AFR", "EUR"), LIGHT, BOTH)
    more_in_first, more_in_second = (
        [path[0][1] - zero_of(spec, name) for path in paths(spec, name)] for name in ("loss 0", "loss 1")
    )
    reach = -more_in_first[0] / 0.2
    assert more_in_first == [pytest.approx(-0.2 * reach), pytest.approx(0), pytest.approx(0)]
    assert more_in_second == [pytest.approx(0), pytest.approx(0.1 * reach), pytest.approx(0)]
    words = [text for text in spec["datasets"]["texts"]["text"] if "more in" in text]
    assert words == ["gains: more in AFR", "gains: more in EUR", "losses: more in AFR", "losses: more in EUR"]
    colours = [layer["mark"]["color"] for layer in spec["layer"] if layer["mark"]["type"] == "area"]
    assert colours == [LIGHT.superpopulation("AFR"), LIGHT.superpopulation("EUR")] * 2
