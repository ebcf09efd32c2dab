"""The rules that both programs take from the domain, on columns, against plain loops over bases, people and letters."""

import ast
import re
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.domain.assembly import ASSEMBLY, read_assembly
from data_prep.domain.chromosomes import LENGTHS, PSEUDO_AUTOSOMAL, SPELLINGS, chromosome
from data_prep.domain.coding import ends_looked_at, half_bin, least_gain, most_drawn_in
from data_prep.domain.copy_number import (
    CLASSES,
    COUNTED_CLASSES,
    MEMBERS,
    SEXES,
    TALLIES,
    class_expression,
    classify,
    expected_by_sex,
    expected_copy_number,
    expected_expression,
    pseudo_autosomal_bases_expression,
)
from data_prep.domain.counting import best_first, count_exclusions
from data_prep.domain.intervals import (
    Interval,
    bases_before,
    complement,
    covers_half,
    reached_before,
    runs,
    union,
    union_of_pairs,
)
from data_prep.domain.overlaps import halves_shared, overlap_reciprocally, reciprocal_overlap, touching
from data_prep.domain.regions import parse_region, region_in_address
from data_prep.domain.site_id import INTERVAL_OF_ID, SiteId, parse_site_id, site_id, site_id_expression
from data_prep.domain.steps import depths, is_covered
from tests.oracle import plain

ROOT = Path(__file__).parents[3]

Rows = list[tuple[int, int, int]]
"""Lane, start and end."""

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(1, 9)).map(lambda r: (r[0], r[1], r[1] + r[2])),
    max_size=14,
)


def columns(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lane, start, end = np.array(rows, np.int64).reshape(-1, 3).T
    return start, end, lane


def bases(rows: Rows) -> set[tuple[int, int]]:
    return {(lane, base) for lane, start, end in rows for base in range(start, end)}


@given(ROWS)
def test_a_union_has_the_bases_of_all_and_no_two_touch(rows: Rows) -> None:
    start, end, lane = union(*columns(rows))
    found = list(zip(lane.tolist(), start.tolist(), end.tolist(), strict=True))
    assert bases(found) == bases(rows)
    assert found == sorted(found)
    assert all(a[0] < b[0] or a[2] < b[1] for a, b in pairwise(found))


@given(ROWS)
def test_pairs_have_the_union_of_one_lane(rows: Rows) -> None:
    found = union_of_pairs((start, end) for _, start, end in rows)
    assert bases([(0, *pair) for pair in found]) == bases([(0, start, end) for _, start, end in rows])
    assert all(a[1] < b[0] for a, b in pairwise(found))


@given(ROWS, st.integers(0, 4))
def test_runs_join_what_lies_no_farther_apart_than_the_gap(rows: Rows, gap: int) -> None:
    rows = sorted(rows)
    expected, number, lane_before, reached = [], -1, None, 0
    for lane, start, end in rows:
        if lane != lane_before or start > reached + gap:
            number, lane_before, reached = number + 1, lane, end
        reached = max(reached, end)
        expected.append(number)
    start, end, lane = columns(rows)
    assert runs(start, end, lane, gap).tolist() == expected


@given(ROWS)
def test_what_is_new_in_each_interval_adds_up_to_the_union(rows: Rows) -> None:
    start, end, lane = columns(sorted(rows))
    first = np.maximum(start, reached_before(end, lane))
    parts = [row for row in zip(lane.tolist(), first.tolist(), end.tolist(), strict=True) if row[1] < row[2]]
    assert bases(parts) == bases(rows)
    assert sum(last - begin for _, begin, last in parts) == len(bases(rows))


@given(ROWS, st.integers(0, 20), st.integers(1, 25))
def test_a_complement_is_what_no_interval_holds(rows: Rows, first: int, length: int) -> None:
    start, end, _ = columns(rows)
    free = zip(*(column.tolist() for column in complement(start, end, first, first + length)), strict=True)
    held = {base for _, base in bases(rows)}
    assert [base for a, b in free for base in range(a, b)] == [
        base for base in range(first, first + length) if base not in held
    ]


@given(ROWS, st.lists(st.integers(0, 45), min_size=1, max_size=8), st.integers(1, 12))
def test_bases_before_and_halves_are_counted_base_by_base(rows: Rows, positions: list[int], length: int) -> None:
    start, end, _ = union(*columns([(0, *row[1:]) for row in rows]))
    held = {base for _, base in bases(rows)}
    place = np.array(positions, np.int64)
    assert bases_before(start, end, place).tolist() == [len([b for b in held if b < p]) for p in positions]
    assert covers_half(start, end, place, place + length).tolist() == [
        2 * len(held & set(range(p, p + length))) >= length for p in positions
    ]


@given(ROWS)
def test_steps_count_base_by_base(rows: Rows) -> None:
    """R8: `lane` is the series."""
    start, end, series = columns(rows)
    border = np.unique(np.concatenate([start, end, [0, 45]]))
    found = depths(border, start, end, series, 3)
    covered = is_covered(border, start, end)
    for stretch, (first, last) in enumerate(zip(border.tolist(), border[1:].tolist(), strict=False)):
        for base in range(first, last):
            over = [row[0] for row in rows if row[1] <= base < row[2]]
            assert found[stretch].tolist() == [over.count(number) for number in range(3)]
            assert covered[stretch] == bool(over)


@given(ROWS, ROWS)
def test_overlaps_are_those_of_every_pair(rows: Rows, others: Rows) -> None:
    start, end, _ = columns(rows)
    other_start, other_end, _ = columns(others)
    share = {}
    for (i, (_, a, b)), (j, (_, c, d)) in product(enumerate(rows), enumerate(others)):
        share[i, j] = len(set(range(a, b)) & set(range(c, d))), max(b - a, d - c)

    def pairs(find: Callable[..., object]) -> list[tuple[int, int]]:
        found = find(start, end, other_start, other_end)
        return sorted((i, j) for one, other in found for i, j in zip(one.tolist(), other.tolist(), strict=True))

    assert pairs(touching) == sorted(key for key, (shared, _) in share.items() if shared)
    assert pairs(halves_shared) == sorted(key for key, (shared, longer) in share.items() if 2 * shared >= longer)
    for (i, j), (shared, longer) in share.items():
        pair = start[[i]], end[[i]], other_start[[j]], other_end[[j]]
        assert max(reciprocal_overlap(*pair)[0], 0) == shared / longer
        for part in ((1, 2), (1, 3), (9, 10), (1, 1)):
            assert overlap_reciprocally(*pair, part)[0] == (shared * part[1] >= part[0] * longer)


COPIES = [0, 1, 2, 3, 4, 5, 6, 7, 8, None]


def test_a_column_of_classes_is_the_class_of_each_row() -> None:
    """R2: against the plain reading, which has a rule of its own."""
    rows = [(copies, expected) for copies in COPIES for expected in (0, 1, 2, 3, None)]
    frame = pl.DataFrame(rows, schema={"n": pl.Int32, "x": pl.UInt8}, orient="row")
    found = frame.select(class_expression(pl.col("n"), pl.col("x"))).to_series().to_list()
    for (copies, expected), name in zip(rows, found, strict=True):
        if copies is None or expected is None or copies == expected:
            assert name is None
        elif copies == 0:
            assert name == "complete-loss"
        elif copies < expected:
            assert name == "partial-loss"
        else:
            assert name == ("high-gain" if 2 * copies >= 5 * expected else "low-gain")
        if copies is not None and expected is not None:
            scalar = classify(copies, expected)
            assert name == (None if scalar is None else scalar.value)


BORDERS = sorted({p + d for places in PSEUDO_AUTOSOMAL.values() for pair in places for p in pair for d in (-4, 0, 3)})


@given(st.sampled_from(["chr1", "chrX", "chrY"]), st.sampled_from(BORDERS), st.integers(1, 12))
def test_columns_of_expected_copies_are_those_of_the_plain_reading(chrom: str, start: int, length: int) -> None:
    """R2, at the borders of PAR."""
    expected = [plain.expected_copy_number(chrom, start, start + length, sex) for sex in SEXES]
    assert [expected_copy_number(chrom, start, start + length, sex) for sex in SEXES] == expected
    by_sex = expected_by_sex(chrom, np.array([start]), np.array([start + length]))
    assert by_sex.tolist() == [[number or 0 for number in expected]]
    if chrom == "chr1":
        return
    schema = {"chrom": pl.Enum(list(LENGTHS)), "start": pl.Int64, "end": pl.Int64, "sex": pl.String}
    frame = pl.DataFrame([(chrom, start, start + length, sex) for sex in SEXES], schema=schema, orient="row")
    place = pl.col("chrom"), pl.col("start"), pl.col("end")
    par = pseudo_autosomal_bases_expression(*place)
    found = frame.select(expected_expression(place[0], place[2] - place[1], par, pl.col("sex"))).to_series()
    assert found.to_list() == expected


def test_classes_have_one_order_which_is_the_schemas() -> None:
    """The place of a class in it is the code that the database stores."""
    schema = (ROOT / "data_prep" / "tables" / "schema.sql").read_text()
    (enumeration,) = [line for line in schema.splitlines() if "'complete-loss'" in line and "ENUM" in line]
    listed = ast.literal_eval("(" + enumeration[enumeration.index("(") + 1 : enumeration.rindex(")")] + ",)")
    assert tuple(name.value for name in CLASSES) == listed
    assert [name.value for name in COUNTED_CLASSES] == [
        "loss",
        "gain",
        "complete-loss",
        "partial-loss",
        "low-gain",
        "high-gain",
    ]
    assert {key.value: {name.value for name in names} for key, names in MEMBERS.items()} == {
        "loss": {"complete-loss", "partial-loss", "loss"},
        "gain": {"low-gain", "high-gain", "gain"},
    }
    assert sorted(name for names in TALLIES.values() for name in names) == sorted(COUNTED_CLASSES)


@given(st.sampled_from(["chr7", "chrX", "chrY"]), st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans())))
def test_who_counts_is_told_person_by_person(chrom: str, people: list[tuple[bool, bool, bool]]) -> None:
    """R2, R5, R11."""
    is_xy, mismatch, marked = np.array(people, np.bool_).reshape(-1, 3).T
    found = count_exclusions(chrom, is_xy, mismatch, marked)
    for row, (xy, contradicted, large) in enumerate(people):
        has_place = chrom == "chr7" or (not contradicted and (chrom == "chrX" or xy))
        assert found.has_place[row] == has_place
        assert found.present[row] == (has_place and not large)
        reasons = found.without_chromosome[row], found.sex_mismatch[row], found.marked[row]
        assert sum(reasons) == (0 if has_place and not large else 1)
        assert reasons[0] == (chrom == "chrY" and not xy)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 3), st.integers(-1, 3)), max_size=9))
def test_the_event_that_speaks_has_most_bins_then_fewest_copies(rows: Rows) -> None:
    """R9."""
    carrier, bins, copies = np.array(rows, np.int64).reshape(-1, 3).T
    order = best_first(carrier, bins, copies, np.arange(len(rows))).tolist()
    assert order == sorted(range(len(rows)), key=lambda n: (rows[n][0], -rows[n][1], rows[n][2] % 1_000, n))


@given(st.integers(1, 5_000), st.integers(1, 40))
def test_ends_are_drawn_in_by_half_a_bin_and_a_third_at_most(length: int, bins: int) -> None:
    """R7: one rule for columns of either library, to the base."""
    half, third = int(length / bins / 2), int(length / 3)
    frame = pl.DataFrame({"length": [length], "bins": [bins]})
    of_polars = frame.select(
        half_bin(pl.col("length"), pl.col("bins")).alias("h"), most_drawn_in(pl.col("length")).alias("t")
    )
    assert of_polars.row(0) == (half, third)
    lengths = np.array([length])
    assert (half_bin(lengths, np.array([bins]))[0], most_drawn_in(lengths)[0]) == (half, third)
    assert half_bin(np.array([float(length)]), np.array([bins + 0.5]))[0] == int(length / (2 * bins + 1))


@given(st.integers(0, 1_000))
def test_a_gain_needs_three_quarters_of_the_bases(bases_of_gene: int) -> None:
    """R7."""
    needs = least_gain(bases_of_gene)
    assert 4 * needs >= 3 * bases_of_gene > 4 * (needs - 1)
    assert least_gain(np.array([bases_of_gene]))[0] == needs


def test_only_losses_are_drawn_in() -> None:
    """R7."""
    loss, start, end = np.array([True, False]), np.array([10, 10]), np.array([90, 90])
    first, last = ends_looked_at(loss, start, end, start + 5, end - 7)
    assert (first.tolist(), last.tolist()) == ([15, 10], [83, 90])


PLACES = (
    st.sampled_from(list(LENGTHS))
    .flatmap(lambda chrom: st.tuples(st.just(chrom), st.integers(0, LENGTHS[chrom] - 1), st.integers(1, 10**6)))
    .map(lambda place: Interval(place[0], place[1], min(place[1] + place[2], LENGTHS[place[0]])))
)


@given(PLACES, st.sampled_from(["loss", "gain"]))
def test_a_site_id_is_read_as_it_was_made(place: Interval, direction: str) -> None:
    """R9: one grammar, 1-based and inclusive."""
    text = f"{place.chrom}-{place.start + 1}-{place.end}-{direction}"
    found = parse_site_id(text)
    assert found is not None
    assert (found.interval, found.direction.value) == (place, direction)
    assert str(found) == str(SiteId(place, found.direction)) == text
    assert site_id(place.chrom, place.start, place.end, direction) == text
    frame = pl.DataFrame({"chrom": [place.chrom], "start": [place.start], "end": [place.end], "direction": [direction]})
    assert frame.select(site_id_expression(*(pl.col(name) for name in frame.columns))).item() == text
    match = re.search(INTERVAL_OF_ID, text)
    assert match is not None
    assert match[1] == f"{place.start + 1}-{place.end}"


@pytest.mark.parametrize(
    "text",
    ["", "chr1", "chr1-5-9", "chr1-5-9-loh", "chr1-0-9-loss", "chr1-9-5-loss", "chr25-1-2-loss", "1-1-2-loss", "chr1:5-9:loss", "chr1-5-9-loss ", "chr1--5-9-loss", "chr1-5-9-LOSS"],
)  # fmt: skip
def test_what_is_no_site_id_is_none(text: str) -> None:
    assert parse_site_id(text) is None


@given(PLACES)
def test_a_region_is_read_as_it_is_written(place: Interval) -> None:
    """R1: in addresses and on pages."""
    for text in (region_in_address(place), str(place)):
        region = parse_region(text)
        assert region is not None
        assert region.interval == place


def test_sequence_names_are_one_table_in_any_case() -> None:
    """R1."""
    for spelling, chrom in SPELLINGS.items():
        assert chromosome(spelling) == chromosome(spelling.upper()) == chromosome(f" {spelling} ") == chrom
    of_x = {spelling for spelling, chrom in SPELLINGS.items() if chrom == "chrX"}
    assert of_x == {"x", "chrx", "23", "chr23", "nc_000023.11", "cm000685.2"}


def test_an_assembly_is_read_from_data(tmp_path: Path) -> None:
    """A made-up genome of two chromosomes is what its files say."""
    (tmp_path / "chromosomes.tsv").write_text(
        "chrom\tlength\tsequenced\trefseq\tgenbank\trefget\nchr1\t90\t80\tN1.1\tC1.1\tSQ.a\n"
    )
    (tmp_path / "assembly.toml").write_text(
        'name = "small"\nucsc = "sm1"\nwords = ["small", "sm1"]\nnumbers = {}\n[pseudo_autosomal]\nchrX = [[1, 5]]\n'
        '[mitochondrion]\nnames = ["M"]\n[[others]]\nname = "large"\nchr1 = 900\nwords = ["lg"]\n'
    )
    small = read_assembly(tmp_path)
    assert (small.name, small.chromosomes[0].length, small.pseudo_autosomal) == ("small", 90, {"chrX": ((1, 5),)})
    assert small.is_named_in("reference SM1.fa")
    assert not small.is_named_in("reference lg.fa")
    assert (small.other_named_in("x LG y"), small.other_of_length(900), small.other_of_length(90)) == (
        "LG",
        "large",
        None,
    )


FACTS = [
    ASSEMBLY.name,
    ASSEMBLY.ucsc,
    *(word for other in ASSEMBLY.others for word in other.words if len(word) > 3),
] + [name for row in ASSEMBLY.chromosomes for name in (row.refseq, row.genbank, row.refget)]
NUMBERS = {row.length for row in ASSEMBLY.chromosomes} | {
    position for places in PSEUDO_AUTOSOMAL.values() for place in places for position in place if position != 10_000
}
# `check` proves databases without the domain's rules; the maintainer's tool and the fetch name sources by what they are of
INDEPENDENT = ("data_prep/check", "data_prep/make_reference", "data_prep/fetch", "data_prep/simulate")


def test_no_module_holds_the_assembly_in_constants_of_its_own() -> None:
    """Lengths, borders of PAR and accessions stand in the data of the domain alone."""
    for path in [*(ROOT / "data_prep").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(INDEPENDENT):
            continue
        tree = ast.parse(path.read_text())
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in comments:
                assert not (isinstance(node.value, int) and node.value in NUMBERS), f"{name}:{node.lineno}"
                text = node.value.lower() if isinstance(node.value, str) else ""
                assert not any(fact.lower() in text for fact in FACTS), f"{name}:{node.lineno}"
