"""The drawing along the genome: what is in its frames, and where it lies."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from dashboard.charts.track import canvas, curves, intervals, problems
from dashboard.charts.track.chart import track_chart, track_picture
from dashboard.charts.track.curves import Axis, axis_tops, round_top, spread
from dashboard.charts.track.ruler import position_text, round_positions
from dashboard.charts.track.template import BACK, CURVES, FRONT, INTERVALS, TEXTS
from dashboard.colours import DARK, LIGHT, Palette
from dashboard.question.filters import Filters
from dashboard.store import tracks
from dashboard.store.database import Generation
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, Transcript

Make = Callable[[Contents], Generation]
WINDOW = Interval("chr1", 1_000, 11_000)
PEOPLE = [Person("A"), Person("B"), Person("C", "YRI"), Person("D", "YRI")]


def drawn(make: Make, contents: Contents, window: Interval = WINDOW, filters: Filters | None = None) -> dict[str, Any]:
    return track_chart(tracks.read_track(make(contents), window, filters or Filters()), LIGHT)


def frame(spec: dict[str, Any], name: str) -> pl.DataFrame:
    found = spec["datasets"][name]
    assert isinstance(found, pl.DataFrame)
    return found


def marks(spec: dict[str, Any]) -> int:
    """Marks of the drawing, less the handful of lines and areas; an interval with uncertain ends or a dark part is two, with
    both three."""
    intervals = frame(spec, INTERVALS)
    dark = intervals.filter(pl.col("strong") < pl.col("y2")).height
    singles = (CURVES, BACK, FRONT, TEXTS)
    uncertain = intervals.filter((pl.col("x") < pl.col("inner")) | (pl.col("inner2") < pl.col("x2"))).height
    return sum(frame(spec, name).height for name in singles) + intervals.height + uncertain + dark


def boxes(spec: dict[str, Any], tooltip: str) -> list[tuple[float, float]]:
    return frame(spec, FRONT).filter(pl.col("tooltip").str.starts_with(tooltip)).select("x", "x2").rows()


def test_every_layer_shares_the_window_and_stays_within_it(in_memory: Make) -> None:
    spec = drawn(in_memory, Contents(people=PEOPLE, events=[Event("A", "chr1", 500, 2_000, 1)]))
    given = {one["name"]: one.get("value") for one in spec["params"]}
    assert (given["first"], given["last"]) == (1_000, 11_000)
    for layer in spec["layer"]:
        assert layer["encoding"]["x"]["scale"]["domain"] == [{"expr": "first"}, {"expr": "last"}]
        assert layer["mark"]["clip"] is True
        assert layer["encoding"]["y"]["scale"] is None
    for name in (BACK, FRONT, INTERVALS):
        rows = frame(spec, name)
        assert rows.is_empty() or (rows["x"].min() >= 1_000 and rows["x2"].max() <= 11_000)  # type: ignore[operator]
        assert rows.is_empty() or rows["y2"].max() <= spec["height"]  # type: ignore[operator]


def test_gains_go_up_and_losses_down_and_lie_above_and_below_r8(in_memory: Make) -> None:
    events = [
        Event("A", "chr1", 2_000, 3_000, 1),
        Event("C", "chr1", 5_000, 6_000, 3),
        Event("D", "chr1", 5_000, 6_000, 3),
    ]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=events))
    rows = frame(spec, INTERVALS)
    gain, loss = (rows.filter(pl.col("what") == what).row(0, named=True) for what in ("gain", "loss"))
    assert gain["y2"] < loss["y"]
    assert gain["colour"] != loss["colour"]
    expressions = [
        one["calculate"] for layer in spec["layer"] for one in layer.get("transform", []) if "calculate" in one
    ]
    for sign, column in (("-", "gain0"), ("+", "loss0")):
        linear = [one for one in expressions if one.startswith(f"zero {sign} reach * (floor > 0 ? ")]
        assert any(one.endswith(f" : datum.{column})") for one in linear)
    curve = frame(spec, CURVES)
    assert curve.filter(pl.col("x") == 5_000)["gain0"].to_list() == [0.5]
    assert curve.filter(pl.col("x") == 2_000)["loss0"].to_list() == [0.25]
    # the same share takes the same height in both directions, and nothing leaves its room
    given = {one["name"]: one.get("value") for one in spec["params"]}
    assert given["zero"] - 0.5 * given["reach"] > canvas.CURVES_TOP
    assert given["zero"] + 0.25 * given["reach"] < gain["y"]


def test_a_direction_that_is_not_asked_for_has_no_place(in_memory: Make) -> None:
    events = [Event("A", "chr1", 2_000, 3_000, 1), Event("C", "chr1", 5_000, 6_000, 3)]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=events), filters=Filters(classes=(CallClass.LOSS,)))
    assert set(frame(spec, INTERVALS)["what"]) == {"loss"}
    assert not [name for name in frame(spec, CURVES).columns if name.startswith("gain")]


def test_the_part_of_complete_losses_is_dark(in_memory: Make) -> None:
    events = [Event(name, "chr1", 2_000, 3_000, copies) for name, copies in (("A", 0), ("B", 1), ("C", 1), ("D", 1))]
    row = frame(drawn(in_memory, Contents(people=PEOPLE, events=events)), INTERVALS).row(0, named=True)
    assert (row["y2"] - row["strong"]) / (row["y2"] - row["y"]) == pytest.approx(0.25, abs=1e-3)
    assert (row["colour"], row["dark"]) == (LIGHT.loss, LIGHT.complete_loss)
    assert row["carriers"] == "4 of 4 (100 %)"
    assert row["copies"] == "0 in 1, 1 in 3"
    assert row["groups"] == "AFR 2, EUR 2"


def test_intervals_that_go_on_have_an_arrow_at_that_edge(in_memory: Make) -> None:
    events = [
        Event("A", "chr1", 0, 2_000, 1),
        Event("B", "chr1", 9_000, 12_000, 1),
        Event("C", "chr1", 4_000, 5_000, 1),
    ]
    texts = frame(drawn(in_memory, Contents(people=PEOPLE, events=events)), TEXTS)
    assert texts.filter(pl.col("text") == "◂")["x"].to_list() == [1_000]
    assert texts.filter(pl.col("text") == "▸")["x"].to_list() == [11_000]


def test_intervals_of_a_lane_do_not_touch_and_common_ones_are_thicker(in_memory: Make) -> None:
    spec = drawn(in_memory, demonstration(), Interval("chr1", 109_680_000, 109_705_000))
    rows = frame(spec, INTERVALS)
    assert rows.height == 3
    for direction in ("loss", "gain"):
        for first in rows.filter(pl.col("what") == direction).iter_rows(named=True):
            for second in rows.filter(pl.col("what") == direction).iter_rows(named=True):
                if first["id"] < second["id"] and first["y"] < second["y2"] and second["y"] < first["y2"]:
                    assert first["x2"] < second["x"] or second["x2"] < first["x"]
    thick = (rows["y2"] - rows["y"]).to_list()
    carriers = [int(text.split(" of ")[0].replace(",", "")) for text in rows["carriers"]]
    order = sorted(zip(carriers, thick, strict=True))
    assert [one for _, one in order] == pytest.approx(sorted(thick))


def test_of_as_many_carriers_all_or_none_are_drawn_so_that_no_end_of_a_window_looks_hot(in_memory: Make) -> None:
    often = [Event(name, "chr1", 9_000, 9_500, 1) for name in ("A", "B")]
    single = [Event("A", "chr1", start, start + 100, 1) for start in (2_000, 3_000, 4_000)]
    database = in_memory(Contents(people=PEOPLE, events=[*single, *often]))
    track = tracks.read_track(database, WINDOW, Filters())
    for limit, shown in ((4, 4), (3, 1), (2, 1), (1, 1)):
        _, carried = tracks.people_along(database, WINDOW, Filters(), limit)
        spec = track_chart(replace(track, intervals=carried), LIGHT)
        assert frame(spec, INTERVALS).height == shown
        assert f"{shown} of 4 drawn" in " ".join(frame(spec, TEXTS)["text"])
    database = in_memory(Contents(people=PEOPLE, events=single))
    _, carried = tracks.people_along(database, WINDOW, Filters(), 2)
    assert frame(track_chart(replace(track, intervals=carried), LIGHT), INTERVALS).height == 2


def test_few_intervals_are_all_drawn_and_of_many_it_is_said_how_many(in_memory: Make) -> None:
    few = [Event("A", "chr1", 2_000 + number, 9_000, 1) for number in range(30)]
    rows = drawn(in_memory, Contents(people=PEOPLE, events=few))
    assert frame(rows, INTERVALS).height == 30
    assert "30 of 30 drawn" in frame(rows, TEXTS)["text"].to_list()
    many = [Event("A", "chr1", 2_000 + number, 9_000, 1) for number in range(100)]
    many += [Event("B", "chr1", 2_050, 9_000, 1)]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=many))
    assert frame(spec, INTERVALS).height == intervals.LANES
    assert frame(spec, INTERVALS)["id"][0] == "chr1-2051-9000-loss"
    assert f"{intervals.LANES} of 100 drawn, most carriers first" in frame(spec, TEXTS)["text"].to_list()


def test_the_fullest_drawing_stays_under_two_thousand_marks(in_memory: Make) -> None:
    events = [
        Event(PEOPLE[number % 4].sample, "chr1", 1_000 + number * 9, 1_004 + number * 9, number % 2 * 3)
        for number in range(1_100)
    ]
    exons = tuple((1_000 + 80 * number, 1_020 + 80 * number) for number in range(5))
    coding = (None, (1_085, 1_100), *exons[2:])
    genes = [
        GeneRow(f"G{number}", "chr1", 1_000 + 70 * number, 1_500 + 70 * number, Transcript(exons, coding))
        for number in range(tracks.GENES_DRAWN // 2)
    ]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=events, genes=genes), Interval("chr1", 1_000, 13_000))
    assert frame(spec, CURVES).height == tracks.STEPS + 1
    assert marks(spec) < 2_000


def test_a_gene_has_thin_and_thick_parts_a_name_and_an_arrow(in_memory: Make) -> None:
    model = Transcript(((2_000, 2_400), (5_000, 5_500)), ((2_300, 2_400), None))
    genes = [GeneRow("MINUS", "chr1", 2_000, 5_500, model, strand="-"), GeneRow("BARE", "chr1", 7_000, 8_000)]
    spec = drawn(in_memory, Contents(people=PEOPLE, genes=genes))
    assert sorted(boxes(spec, "MINUS")) == [(2_000, 2_400), (2_000, 5_500), (2_300, 2_400), (5_000, 5_500)]
    heights = {
        (row["x"], row["x2"]): row["y2"] - row["y"]
        for row in frame(spec, FRONT).filter(pl.col("tooltip").str.starts_with("MINUS")).iter_rows(named=True)
    }
    assert heights[2_300, 2_400] > heights[2_000, 2_400] > heights[2_000, 5_500]
    texts = frame(spec, TEXTS)["text"].to_list()
    assert "MINUS ←" in texts
    assert "BARE →" in texts


def test_exons_of_the_gene_of_the_page_are_numbered_and_others_named_in_the_hover(in_memory: Make) -> None:
    def shown(count: int) -> tuple[list[str], list[str]]:
        """Texts that are numbers, and what the boxes say, of a gene of so many exons that a page is about."""
        exons = tuple((2_000 + 8_000 // count * n, 2_010 + 8_000 // count * n) for n in range(count))
        gene = GeneRow("MANY", "chr1", 2_000, exons[-1][1], Transcript(exons, exons), strand="-")
        database = in_memory(Contents(people=PEOPLE, genes=[gene]))
        track = tracks.read_track(database, WINDOW, Filters(), Interval("chr1", 2_000, exons[-1][1]))
        spec = track_chart(track, LIGHT)
        numbers = frame(spec, TEXTS).filter(pl.col("text").str.contains(r"^[1-9]\d*$"))["text"].to_list()
        return numbers, frame(spec, FRONT).filter(pl.col("tooltip").str.contains("exon"))["tooltip"].to_list()

    numbers, boxes_of = shown(4)
    assert numbers == ["4", "3", "2", "1"]
    assert [words.split(" · ")[:2] for words in boxes_of] == [["MANY", f"exon {n} of 4"] for n in (4, 3, 2, 1)]
    # 720 pixels for 79 exons: fewer than 14 each
    numbers, boxes_of = shown(79)
    assert numbers == [str(number) for number in range(75, 0, -5)]
    assert len(boxes_of) == 79


def test_exons_nearer_than_a_pixel_are_one_block(in_memory: Make) -> None:
    window = Interval("chr1", 0, 900_000)  # 1 kb a pixel
    exons = ((1_000, 1_200), (1_500, 1_700), (1_900, 2_000), (9_000, 9_100))
    genes = [GeneRow("NEAR", "chr1", 1_000, 9_100, Transcript(exons, exons))]
    spec = drawn(in_memory, Contents(people=PEOPLE, genes=genes), window)
    rows = frame(spec, FRONT).filter(pl.col("tooltip").str.contains("exon"))
    words = [told.split(" · ")[1] for told in rows["tooltip"]]
    assert list(zip(rows["x"], rows["x2"], words, strict=True)) == [
        (1_000, 2_000, "exons 1-3 of 4"), (9_000, 9_100, "exon 4 of 4"),
    ]  # fmt: skip


def test_a_logarithmic_axis_raises_the_rare_and_keeps_the_order_r8(in_memory: Make) -> None:
    people = [Person(f"P{number:04}") for number in range(1_000)]
    events = [
        *(Event(person.sample, "chr1", 2_000, 3_000, 1) for person in people[:500]),
        Event(people[0].sample, "chr1", 5_000, 6_000, 1),
    ]
    track = tracks.read_track(in_memory(Contents(people=people, events=events)), WINDOW, Filters())
    linear, logarithmic = track_chart(track, LIGHT), track_chart(track, LIGHT, logarithmic=True)

    def value(spec: dict[str, Any], name: str) -> float:
        return float(next(one["value"] for one in spec["params"] if one["name"] == name))

    assert value(linear, "floor") == 0
    # half a person of 1,000
    assert value(logarithmic, "floor") == pytest.approx(0.000_5)

    def height(share: float) -> float:
        """By the definition: equal steps for equal ratios, from half a person up."""
        return math.log(share / 0.000_5) / math.log(1 / 0.000_5) * value(logarithmic, "reach")

    room = 0.5 * value(linear, "reach")
    # half of the people: the linear axis ends there, the logarithmic one at everybody
    assert height(1) == pytest.approx(room)
    assert height(0.001) > room / 12 > 0.001 * value(linear, "reach")
    guides = frame(logarithmic, TEXTS).filter(pl.col("text").str.ends_with(" %"))
    assert guides["text"].to_list() == ["100 %", "10 %", "1 %"]
    zero = value(logarithmic, "zero")
    for text, y in guides.select("text", "y").rows():
        assert y - canvas.SIZE / 2 - 1 - zero == pytest.approx(height(float(text.removesuffix(" %")) / 100), abs=1e-3)
    # the tooltips and the data are the shares themselves, whatever the axis
    assert frame(linear, CURVES).equals(frame(logarithmic, CURVES))


def test_lines_are_named_where_they_leave_the_window(in_memory: Make) -> None:
    contents = Contents(
        people=PEOPLE, events=[Event("A", "chr1", 9_000, 20_000, 1), Event("C", "chr1", 2_000, 3_000, 3)]
    )
    spec = drawn(in_memory, contents)
    named = frame(spec, TEXTS).filter(pl.col("text").is_in(["EUR", "AFR"]))
    # the only loss at the right edge is of one of two Europeans; the gain of an African ends before
    assert named.select("text", "align", "colour").rows() == [("EUR", "right", LIGHT.superpopulation("EUR"))]
    given = {one["name"]: one.get("value") for one in spec["params"]}
    # below its line, by half a letter and a pixel
    assert named["y"].item() == pytest.approx(given["zero"] + 0.5 * given["reach"] + canvas.SIZE / 2 + 1, abs=1e-3)


def test_lines_that_end_on_nobody_have_no_names(in_memory: Make) -> None:
    people = [Person(f"P{number:03}") for number in range(100)] + [Person(f"Q{number}", "YRI") for number in range(4)]
    events = [
        *(Event(person.sample, "chr1", 2_000, 3_000, 1) for person in people[:60]),
        *(Event(person.sample, "chr1", 9_000, 20_000, 1) for person in [people[0], people[100]]),
    ]
    spec = drawn(in_memory, Contents(people=people, events=events))
    # one European of 100 is less than a pixel and a half of an axis that ends at 60 %; one African of four is 25 %
    assert frame(spec, TEXTS).filter(pl.col("text").is_in(["EUR", "AFR"]))["text"].to_list() == ["AFR"]


def test_names_of_lines_never_lie_on_one_another() -> None:
    apart = {"A": 20.0, "B": 40.0, "C": 60.0}
    assert spread(apart, 12, 100) == apart
    pushed = spread({"A": 20, "B": 22, "C": 60}, 12, 100)
    assert pushed == pytest.approx({"A": 15, "B": 27, "C": 60})
    # at the top of the axis they go down
    assert spread({"A": 90, "B": 99}, 12, 100) == pytest.approx({"A": 88, "B": 100})
    bundle = spread({"A": 50, "B": 50.5, "C": 51, "D": 51.5, "E": 60}, 12, 139)
    assert list(bundle) == sorted(bundle)
    assert 2 <= len(bundle) < 5
    heights = list(bundle.values())
    assert all(high - low >= 11.999 for low, high in pairwise(heights))
    assert spread({}, 12, 100) == {}


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize(
    ("losses", "gains", "classes", "linear_tops"),
    [
        (90, 0, (), {"▼": "100 %"}),
        (90, 1, (), {"▼": "100 %", "▲": "16 %"}),
        (45, 30, (), {"▼": "50 %", "▲": "30 %"}),
        (3, 3, (), {"▼": "3 %", "▲": "3 %"}),
        (0, 3, (CallClass.GAIN,), {"▲": "3 %"}),
        (21, 0, (CallClass.LOSS,), {"▼": "30 %"}),
        (0, 0, (), {}),
    ],
)
def test_both_sides_of_the_axis_say_where_it_ends_and_no_label_lies_on_another(
    in_memory: Make,
    losses: int,
    gains: int,
    classes: tuple[CallClass, ...],
    linear_tops: dict[str, str],
    logarithmic: bool,
) -> None:
    people = [Person(f"P{number:03}") for number in range(100)]
    events = [
        *(Event(person.sample, "chr1", 2_000, 3_000, 1) for person in people[:losses]),
        *(Event(person.sample, "chr1", 5_000, 6_000, 3) for person in people[:gains]),
    ]
    track = tracks.read_track(in_memory(Contents(people=people, events=events)), WINDOW, Filters(classes=classes))
    spec = track_chart(track, LIGHT, logarithmic=logarithmic)
    texts = frame(spec, TEXTS)
    zero = next(one["value"] for one in spec["params"] if one["name"] == "zero")
    labels = texts.filter((pl.col("text") == "0") | pl.col("text").str.ends_with(" %")).select("text", "y").rows()
    lines = {text: y + canvas.SIZE / 2 + 1 - zero for text, y in labels}
    assert lines["0"] == pytest.approx(0, abs=1e-3)
    ends = {"▼": max(labels, key=lambda label: label[1]), "▲": min(labels, key=lambda label: label[1])}
    if logarithmic:
        # the power of ten that holds the share: of one person in a hundred 1 %, or 10 % where 1 % lies too near to nobody
        assert {sign: ends[sign][0] in ("1 %", "10 %", "100 %") for sign in linear_tops} == dict.fromkeys(
            linear_tops, True
        )
    else:
        assert {sign: ends[sign][0] for sign in linear_tops} == linear_tops
    heights = sorted(y for _, y in labels)
    assert all(below - above >= canvas.SIZE for above, below in pairwise(heights))
    (heading,) = texts.filter(pl.col("text").str.starts_with("People per base"))["y"]
    assert heights[0] - heading >= canvas.SIZE


def test_a_curve_never_leaves_its_axis() -> None:
    for floor in (0.0, 0.000_2):
        scale = Axis(0, 1, floor)
        for loss, gain in ((0.9, 0.000_4), (0.000_4, 0.9), (0.51, 0.51), (1.0, 0.3), (0.01, 0.1)):
            tops = axis_tops({Direction.LOSS: loss, Direction.GAIN: gain}, scale)
            assert loss <= tops[Direction.LOSS] <= 1
            assert gain <= tops[Direction.GAIN] <= 1


def test_what_leads_somewhere_says_where_in_its_label(in_memory: Make) -> None:
    gene = GeneRow("LEADS", "chr1", 2_000, 3_000)
    events = [Event("A", "chr1", 2_000, 3_000, 1)]
    spec = drawn(in_memory, Contents(people=PEOPLE, genes=[gene], events=events))
    labels = frame(spec, FRONT)["label"].to_list()
    assert "gene LEADS" in labels
    assert all(label.split(" ")[0] in ("", "gene", "band") for label in labels)
    described = [layer for layer in spec["layer"] if layer["encoding"].get("description", {}).get("field") == "label"]
    assert {layer["data"]["name"] for layer in described} == {FRONT, INTERVALS}


def test_places_of_care_are_named_and_shaded_those_without_a_view_darker(in_memory: Make) -> None:
    contents = Contents(
        people=PEOPLE,
        blind=[("chr1", 2_000, 3_000, "Twin genes")],
        problems=[("immune-locus", "chr1", 5_000, 6_000, "A locus")],
    )
    spec = drawn(in_memory, contents)
    assert boxes(spec, "Twin genes") == [(2_000, 3_000)]
    assert boxes(spec, "A locus") == [(5_000, 6_000)]
    shades = {row[0]: row[1] for row in frame(spec, BACK).select("x", "opacity").rows()}
    assert shades[2_000] > shades[5_000]
    strips = dict(frame(spec, FRONT).filter(pl.col("tooltip") != "").select("tooltip", "opacity").rows())
    assert strips["Twin genes"] > strips["A locus"]
    assert "no call can be made in the solid places" in frame(spec, TEXTS)["text"].to_list()


def test_no_darker_place_is_spoken_of_where_there_is_none(in_memory: Make) -> None:
    """R11: what lies in a mask is counted all the same."""
    spec = drawn(in_memory, Contents(people=PEOPLE, problems=[("low-map", "chr1", 5_000, 6_000, "low map")]))
    texts = frame(spec, TEXTS)["text"].to_list()
    assert "Care: low map" in texts
    assert "calls there are counted, and need care" in texts
    assert not [one for one in texts if "darker" in one]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_place_of_care_is_seen_on_the_page(palette: Palette) -> None:
    """Its strip stands out from the page by 1.8 or more, its name from the strip by 4.5 (WCAG 2.2, contrast of text)."""
    page, ink = (tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in (palette.background, palette.muted))
    strip = tuple(problems.CARE * one + (1 - problems.CARE) * other for one, other in zip(ink, page, strict=True))
    text = tuple(int(palette.text[i : i + 2], 16) for i in (1, 3, 5))
    assert contrast(strip, page) >= 1.8
    assert contrast(text, strip) >= 4.5


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Relative luminances compared, as WCAG 2.2 defines them."""

    def luminance(colour: tuple[float, ...]) -> float:
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_many_small_places_of_care_are_drawn_as_few_and_hide_no_other(in_memory: Make) -> None:
    """R11: the regions of a mask that a screen cannot tell apart are one, with their number."""
    mask = [
        (kind, "chr1", 1_000 + 5 * n, 1_003 + 5 * n, f"{kind.replace('-', ' ')}: {n}")
        for kind in ("seg-dup", "low-map")
        for n in range(1_200)
    ]
    apart = [("seg-dup", "chr1", 9_000 + 500 * n, 9_100 + 500 * n, f"seg dup: apart {n}") for n in range(3)]
    others = [(kind, "chr1", 2_000, 4_000, f"A {kind}") for kind in ("immune-locus", "pericentromere")]
    spec = drawn(in_memory, Contents(people=PEOPLE, problems=[*mask, *apart, *others]))
    # four kinds for three lanes: the one of most regions goes without
    assert (boxes(spec, "1,200 × low map"), boxes(spec, "1,200 × seg dup")) == ([(1_000, 6_998)], [])
    shades = {row[:2]: row[2] for row in frame(spec, BACK).select("x", "x2", "opacity").rows()}
    assert shades[1_000, 6_998] == pytest.approx(shades[9_000, 9_100] * 3_600 / 5_998)
    assert [boxes(spec, f"seg dup: apart {n}") for n in range(3)] == [[(9_000 + 500 * n, 9_100 + 500 * n)] for n in range(3)]  # fmt: skip
    for kind in ("immune-locus", "pericentromere"):
        assert boxes(spec, f"A {kind}") == [(2_000, 4_000)]


def test_the_ideogram_marks_the_window_on_the_chromosome(in_memory: Make) -> None:
    bands = [("chr1", 0, 100_000_000, "p1"), ("chr1", 100_000_000, 248_956_422, "q1")]
    window = Interval("chr1", 100_000_000, 200_000_000)
    spec = drawn(in_memory, Contents(people=PEOPLE, cytobands=bands), window)
    across = window.length / 248_956_422
    (band,) = boxes(spec, "1p1")
    assert band == pytest.approx((100_000_000, 100_000_000 + 100_000_000 * across))
    marked = frame(spec, FRONT).filter(pl.col("colour") == LIGHT.primary).select("x", "x2").unique().rows()
    assert marked == [pytest.approx((100_000_000 + 100_000_000 * across, 100_000_000 + 200_000_000 * across))]


def test_wide_windows_have_no_lines_that_hide_each_other(in_memory: Make) -> None:
    contents = Contents(people=PEOPLE, events=[Event("A", "chr1", 2_000, 3_000, 1)])
    lines = [
        sum(
            layer["mark"]["type"] == "line"
            for layer in drawn(in_memory, contents, Interval("chr1", 0, length))["layer"]
        )
        for length in (curves.LINES_UP_TO, curves.LINES_UP_TO + 1)
    ]
    # everyone and two super-populations, in two directions; then everyone alone
    assert lines == [6, 2]


@pytest.mark.parametrize(
    ("window", "positions", "texts"),
    [
        (Interval("chr1", 0, 10), [2, 4, 6, 8, 10], ["2", "4"]),
        (Interval("chr1", 109_680_000, 109_705_000), [109_685_000, 109_690_000], ["109,685 kb", "109,690 kb"]),
        (Interval("chr1", 0, 248_956_422), [50_000_000, 100_000_000], ["50 Mb", "100 Mb"]),
        (Interval("chr22", 17_400_000, 21_700_000), [17_500_000, 18_000_000], ["17.5 Mb", "18 Mb"]),
    ],
)
def test_the_ruler_has_round_one_based_positions(window: Interval, positions: list[int], texts: list[str]) -> None:
    found = round_positions(window)
    assert found[: len(positions)] == positions
    assert all(window.start < position <= window.end for position in found)
    assert [position_text(one, found[1] - found[0]) for one in found[: len(texts)]] == texts


@pytest.mark.parametrize(
    ("share", "linear", "logarithmic"),
    [
        (0.3, 0.3, 1),
        (0.51, 0.6, 1),
        (0.011, 0.012, 0.1),
        (0.9, 1, 1),
        (0.000_7, 0.000_8, 0.001),
        (0.1, 0.1, 0.1),
        (1, 1, 1),
    ],
)
def test_ends_of_the_axis_are_round(share: float, linear: float, logarithmic: float) -> None:
    assert round_top(share, Axis(0, 1, 0)) == pytest.approx(linear)
    assert round_top(share, Axis(0, 1, 0.000_2)) == pytest.approx(logarithmic)


def test_colours_follow_the_theme_and_the_template_is_not_changed_by_a_page(in_memory: Make) -> None:
    track = tracks.read_track(
        in_memory(Contents(people=PEOPLE, events=[Event("A", "chr1", 2_000, 3_000, 1)])), WINDOW, Filters()
    )
    first = track_chart(track, DARK)
    assert first["config"]["background"] == DARK.background
    layers = len(first["layer"])
    first["layer"].clear()
    assert len(track_chart(track, DARK)["layer"]) == layers


def test_a_picture_alone_has_its_own_size_and_says_what_its_colours_and_lines_mean(in_memory: Make) -> None:
    seen = tracks.read_track(in_memory(demonstration()), Interval("chr1", 109_680_000, 109_705_000), Filters())
    on_page, alone = track_chart(seen, LIGHT), track_picture(seen, LIGHT)
    # words around a picture widen it, and `width` is then theirs too
    given = {one["name"]: one.get("value") for one in alone["params"]}
    assert (
        (given["across"], given["down"]) == (alone["width"], alone["height"]) == (canvas.ASSUMED_WIDTH, alone["height"])
    )
    assert {one["name"]: one.get("expr") for one in on_page["params"]}["across"] == "width"
    texts = frame(alone, TEXTS).join(frame(on_page, TEXTS), on=["x", "y", "text"], how="anti")
    assert texts["text"].to_list() == [
        "▼ loss", "dark part: complete loss", "▲ gain", "dark part: high-level gain", "pale: uncertain end", "AFR", "AMR",
        "EAS", "EUR", "SAS",
    ]  # fmt: skip
    assert all(line["x"].is_sorted() for _, line in texts.group_by("y"))
    assert texts["y"].is_sorted()
    colours = frame(alone, FRONT).join(frame(on_page, FRONT), on=["x", "y", "colour"], how="anti")["colour"]
    assert list(dict.fromkeys(colours)) == [
        LIGHT.loss, LIGHT.complete_loss, LIGHT.gain, LIGHT.high_gain,
        *(LIGHT.superpopulation(code) for code in ("AFR", "AMR", "EAS", "EUR", "SAS")),
    ]  # fmt: skip
    assert frame(alone, TEXTS)["y"].max() < alone["height"]  # type: ignore[operator]


def test_ends_of_events_are_pale_as_far_as_they_may_lie_further_in_r7(in_memory: Make) -> None:
    """Of the carriers of one interval the medians; what is cut by the window is cut within it."""
    events = [
        *(
            Event(who, "chr1", 2_000, 5_000, 1, inner_start=start, inner_end=end)
            for who, start, end in (("A", 2_100, 4_900), ("B", 2_300, 4_800), ("C", 2_900, 4_100))
        ),
        Event("D", "chr1", 500, 3_000, 1, inner_start=900, inner_end=2_500),
        Event("A", "chr1", 9_000, 13_000, 1, inner_start=11_500, inner_end=12_000),
    ]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=events))
    rows = {row["place"]: row for row in frame(spec, INTERVALS).iter_rows(named=True)}
    found = {place: (row["x"], row["inner"], row["inner2"], row["x2"]) for place, row in rows.items()}
    assert found["chr1:2,001-5,000"] == (2_000, 2_300, 4_800, 5_000)
    assert rows["chr1:2,001-5,000"]["drawn_in"] == "chr1:2,301-4,800"
    assert found["chr1:501-3,000"] == (1_000, 1_000, 2_500, 3_000)
    # nothing of it is solid in this window
    assert found["chr1:9,001-13,000"][1] >= found["chr1:9,001-13,000"][2]
    pale, solid, dark = (layer for layer in spec["layer"] if layer.get("data", {}).get("name") == INTERVALS)
    assert pale["encoding"]["opacity"]["value"] == canvas.UNCERTAIN < 1
    assert pale["encoding"]["opacity"]["condition"]["value"] == 1
    assert (pale["encoding"]["x"]["field"], solid["encoding"]["x"]["field"]) == ("left", "sure")
    assert solid["encoding"]["opacity"]["value"] == dark["encoding"]["opacity"]["value"] == 1
    assert dark["encoding"]["x"]["field"] == "sure"


def test_the_curve_counts_full_extents_and_says_so_r7_r8(in_memory: Make) -> None:
    events = [Event("A", "chr1", 2_000, 5_000, 1, inner_start=2_900, inner_end=4_100)]
    spec = drawn(in_memory, Contents(people=PEOPLE, events=events))
    curve = frame(spec, CURVES).filter(pl.col("loss0") > 0)
    assert (curve["x"].min(), curve["x2"].max()) == (2_000, 5_000)
    assert "events in full, pale ends too" in frame(spec, TEXTS)["text"].to_list()
