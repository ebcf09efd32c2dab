"""Every spelling of a place that rule R1 accepts, and what is said of any other."""

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.question.locus import (
    BandedRegion,
    Cytoband,
    GeneName,
    LocusError,
    Region,
    SeveralPlacesError,
    parse,
    reported_direction,
)
from data_prep.domain.chromosomes import ACCESSIONS, LENGTHS
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import DASHES

SHARED = Path(__file__).resolve().parents[4] / "shared"


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("chr1:1,000-2,000", ("chr1", 999, 2_000)),
        ("1:1000-2000", ("chr1", 999, 2_000)),
        ("1-1000-2000", ("chr1", 999, 2_000)),
        ("X-1000-2000", ("chrX", 999, 2_000)),
        ("chr1:1.5mb-2Mb", ("chr1", 1_499_999, 2_000_000)),
        ("chr1:1.5M-2M", ("chr1", 1_499_999, 2_000_000)),
        ("chr1:10kb-20kb", ("chr1", 9_999, 20_000)),
        ("  chrX:5-5 ", ("chrX", 4, 5)),
        ("CHRx : 1 - 10", ("chrX", 0, 10)),
        ("chr2:1–10", ("chr2", 0, 10)),
        ("chr2:1..10", ("chr2", 0, 10)),
        ("NC_000001.11:1000-2000", ("chr1", 999, 2_000)),
        ("CM000685.2:1000-2000", ("chrX", 999, 2_000)),
        ("SQ.8_liLu1aycC0tPQPFmUaGXJLDs5SbPZ5:1000-2000", ("chrY", 999, 2_000)),
        ("nc_000024.10:1,000-2,000", ("chrY", 999, 2_000)),
        ("NC_000001.11:g.1000_2000del", ("chr1", 999, 2_000)),
        ("chr1:1-248,956,422", ("chr1", 0, 248_956_422)),
    ],
)
def test_a_region_is_read_one_based_r1(text: str, interval: tuple[str, int, int]) -> None:
    assert parse(text) == Region(Interval(*interval))


@pytest.mark.parametrize("text", ["chr1 999 2000", "1\t999\t2000", "chr1\t999\t2000\tname\t0\t+"])
def test_fields_parted_by_blanks_are_bed_and_zero_based_r1(text: str) -> None:
    assert parse(text) == Region(Interval("chr1", 999, 2_000), bed=True)


@pytest.mark.parametrize(
    "text", ["chr7", "CHR7", "7", "nc_000007.14", "CM000669.2", "SQ.F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul"]
)
def test_a_chromosome_is_the_whole_of_it_r1(text: str) -> None:
    assert parse(text) == Region(Interval("chr7", 0, LENGTHS["chr7"]), whole=True)
    assert str(parse(text)) == "chr7"


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("22q11.21", Cytoband("chr22", "q11.21")),
        ("1p36", Cytoband("chr1", "p36")),
        ("Xq28", Cytoband("chrX", "q28")),
        ("chr22q11.21", Cytoband("chr22", "q11.21")),
        ("22q", Cytoband("chr22", "q")),
    ],
)
def test_a_cytoband_is_read_r1(text: str, band: Cytoband) -> None:
    assert parse(text) == band
    assert parse(str(band)) == band


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GSTM1", "GSTM1"),
        ("gstm1", "gstm1"),
        ("HLA-DRB1", "HLA-DRB1"),
        ("C4orf3", "C4orf3"),
        ("AC004556.3", "AC004556.3"),
        ("5_8S_rRNA", "5_8S_rRNA"),
        ("ENSG00000134184", "ENSG00000134184"),
        ("ensg00000134184.12", "ENSG00000134184"),
    ],
)
def test_a_gene_name_is_read_r1(text: str, name: str) -> None:
    assert parse(text) == GeneName(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Type a gene"),
        ("chr1:2000-1000", "did you mean chr1:1,000-2,000?"),
        ("chr1 2000 1000", "the end lies behind the start"),
        ("chr1:0-10", "count from 1"),
        ("chr1:1-248956423", "ends at 248,956,422"),
        ("chr25:1-10", "chr1 to chr22, chrX and chrY"),
        ("chrM:1-10", "The mitochondrial genome has no calls here"),
        ("MT:1-10", "The mitochondrial genome has no calls here"),
        ("CM000663.1", "CM000663.1 is of another build than GRCh38, where this chromosome is CM000663.2"),
        ("chr25", "chr1 to chr22, chrX and chrY"),
        ("NC_000001.10:1-10", "another build than GRCh38, where this chromosome is NC_000001.11"),
        ("chr1:1000-", "needs a chromosome, a start and an end"),
        ("chr1:a-b", "needs a chromosome, a start and an end"),
        ("chr1:1.00005kb-3kb", "no whole position"),
        ("<script>alert(1)</script>", "no gene, region or cytoband"),
        ("GSTM1; DROP TABLE genes", "no gene, region or cytoband"),
        ("x" * 300, "no gene, region or cytoband"),
    ],
)
def test_anything_else_gets_one_sentence_with_what_to_type_r1(text: str, said: str) -> None:
    with pytest.raises(LocusError) as caught:
        parse(text)
    sentence = str(caught.value)
    assert said in sentence
    assert sentence[-1] in ".?"
    assert len(sentence) < 220


@given(st.sampled_from(list(LENGTHS)), st.data())
def test_a_printed_region_is_read_back_r1(chrom: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, LENGTHS[chrom] - 1))
    end = data.draw(st.integers(start + 1, LENGTHS[chrom]))
    region = Region(Interval(chrom, start, end))
    assert parse(str(region)) == region
    assert parse(f"{chrom}\t{start}\t{end}") == Region(Interval(chrom, start, end), bed=True)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_gets_a_sentence(text: str) -> None:
    with suppress(LocusError):
        assert str(parse(text))


def test_accessions_are_those_of_grch38() -> None:
    table = SHARED / "data" / "grch38_sequences.json"
    if not table.exists():
        pytest.skip("needs the folder `shared` beside the project, which a clone does not have")
    sequences = json.loads(table.read_text(encoding="utf-8"))
    assert {one["refseq"]: one["ucsc"] for one in sequences if one["ucsc"] in LENGTHS} == ACCESSIONS


@given(st.integers(1, 6_000), st.sampled_from("0123456789"), st.data())
def test_a_number_of_any_length_is_read_or_told_in_a_short_sentence_r1(
    length: int, digit: str, data: st.DataObject
) -> None:
    """In each place of each spelling; Python itself refuses to read 4,301 digits."""
    number = digit * length
    spelling = data.draw(
        st.sampled_from(
            [
                "chr1:{}-5",
                "chr1:5-{}",
                "chr1:{}.5mb-6mb",
                "chr1:1.{}mb-6mb",
                "chr1:{},{}-7",
                "1-5-{}",
                "chr1 {} 5",
                "chr1 5 {}",
                "NC_000001.11:g.5_{}del",
                "NC_000001.{}:5-9",
                "NC_000001.{}:g.5_9del",
                "{}:5-9",
                "chr{}",
                "{}q11",
            ]
        )
    )
    try:
        told = str(parse(spelling.format(number, number)))
    except LocusError as error:
        told = str(error)
    assert 0 < len(told) < 220


@pytest.mark.parametrize(
    ("text", "places"),
    [("GSTM1,RHD", 2), ("RHD,RHD,22q11.21", 3), ("chr1:1,000-2,000,GSTM1", 0), ("chr1:5-9,chrX:7-8", 2), ("7,X", 2)],
)
def test_several_places_at_once_are_told_as_such_r13(text: str, places: int) -> None:
    """So an address joins `gene=GSTM1&gene=RHD`. A comma within a number parts nothing."""
    with pytest.raises(LocusError) as caught:
        parse(text)
    assert (f"Here are {places} genes or regions: ask for one at a time" in str(caught.value)) == bool(places)


# what reports write

BLANKS = " \u00a0\u2009\u202f\u3000"
COPIES = {0: Direction.LOSS, 1: Direction.LOSS, 2: None, 3: Direction.GAIN, 4: Direction.GAIN}
WORDS = {
    "del": Direction.LOSS,
    "deletion": Direction.LOSS,
    "LOSS": Direction.LOSS,
    "microdeletion": Direction.LOSS,
    "dup": Direction.GAIN,
    "Duplication": Direction.GAIN,
    "gain": Direction.GAIN,
}


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Any interval of any chromosome."""
    chrom = draw(st.sampled_from(list(LENGTHS)))
    start = draw(st.integers(0, LENGTHS[chrom] - 1))
    return Interval(chrom, start, draw(st.integers(start + 1, LENGTHS[chrom])))


@given(intervals(), st.sampled_from(DASHES + "-_"), st.text(BLANKS, max_size=2), st.text(BLANKS, max_size=2))
def test_any_dash_with_any_blanks_around_it_is_the_same_region_r1(
    interval: Interval, dash: str, before: str, behind: str
) -> None:
    for number in ("{}", "{:,}"):
        start, end = number.format(interval.start + 1), number.format(interval.end)
        assert parse(f"{interval.chrom}:{start}{before}{dash}{behind}{end}") == Region(interval)


@given(intervals())
def test_a_position_alone_is_one_base_r1(interval: Interval) -> None:
    base = Region(Interval(interval.chrom, interval.end - 1, interval.end))
    for text in (f"{interval.chrom}:{interval.end}", f"Chr {interval.chrom[3:]}: {interval.end:,}"):
        assert parse(text) == base
        assert reported_direction(text) is None


@given(
    intervals(),
    st.sampled_from(["", "arr[GRCh38] ", "arr[hg38]", "ARR [GRCh38.p13] ", "seq[GRCh38] ", "sseq[GRCh38] ", "arr "]),
    st.sampled_from(["p11.2", "q13q14", "q21.1-q21.3", "p"]),
    st.sampled_from(["{}_{}", "{:,}_{:,}", "{:,}-{:,}", "{} _ {}"]),
    st.one_of(st.sampled_from(list(COPIES)), st.sampled_from(list(WORDS)), st.none()),
    st.sampled_from(["", " dn", " mat", " pat"]),
)
def test_iscn_is_its_interval_with_its_direction_r1(
    interval: Interval, method: str, band: str, numbers: str, said: int | str | None, origin: str
) -> None:
    chrom = interval.chrom[3:]
    written = f"{method}{chrom}{band}({numbers.format(interval.start + 1, interval.end)})"
    if isinstance(said, int):
        written += f"x{said}{origin}"
        direction = COPIES[said]
        if interval.chrom == "chrY":
            # one copy is what XY people have of Y, and two are one more
            direction = {0: Direction.LOSS, 1: None}.get(said, Direction.GAIN)
    else:
        written += f" {said}" if said else ""
        direction = WORDS[said] if said else None
    place = parse(written)
    assert isinstance(place, BandedRegion)
    assert place.region == Region(interval)
    assert (place.band.chrom, str(place.band)) == (interval.chrom, f"{chrom}{band.replace('-', '')}")
    assert reported_direction(written) is direction


@given(intervals(), st.sampled_from(["hg19", "GRCh37", "hg18", "NCBI36", "b37", "T2T-CHM13", "hg17", "build 37"]))
def test_another_assembly_is_refused_by_name_wherever_it_stands_r1(interval: Interval, build: str) -> None:
    text = f"{interval.chrom}:{interval.start + 1}-{interval.end}"
    for written in (
        f"{build} {text}",
        f"{text} ({build})",
        f"{text}, {build}",
        f"arr[{build}] 1p36({interval.start + 1}_{interval.end})x1",
    ):
        with pytest.raises(LocusError, match="is another assembly") as caught:
            parse(written)
        assert "GRCh38" in str(caught.value)


@given(
    # XP22 is a band
    st.lists(st.from_regex(r"[A-WZ][A-Z]{1,4}[0-9]{2,3}", fullmatch=True), min_size=2, max_size=30),
    st.sampled_from([",", ", ", ";", " ; ", ",\t"]),
)
def test_a_list_of_genes_is_their_names_each_once_r1(names: list[str], between: str) -> None:
    with pytest.raises(SeveralPlacesError) as caught:
        parse(between.join(names) + between)
    assert caught.value.genes == tuple(dict.fromkeys(names))


@given(st.sampled_from(["GSTM1", "22q11.21", "chr1:5-9", "chr7"]), st.sampled_from([",", ";", ".", " ,", ", ", ";;"]))
def test_what_a_list_leaves_behind_a_place_is_not_read(place: str, behind: str) -> None:
    assert parse(place + behind) == parse(place)


@given(st.text("arqp[]()_x123.,:- GRChdelup38", max_size=80))
def test_any_piece_of_a_report_is_a_place_or_gets_a_sentence(text: str) -> None:
    with suppress(LocusError):
        assert str(parse(text))
    reported_direction(text)


@pytest.mark.parametrize(
    "text", ["a" + " " * 60_000 + "b", "x1" * 30_000, "(" * 60_000, "GSTM1," * 9_000, "22q11.21(" * 7_000]
)
def test_a_text_of_any_length_is_read_at_once(text: str) -> None:
    begun = time.process_time()
    with suppress(LocusError):
        parse(text)
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize(
    ("chrom", "by_copies"),
    [("5", "loss loss - gain gain"), ("X", "loss loss - gain gain"), ("Y", "loss - gain gain gain")],
)
def test_copies_are_judged_against_two_and_of_y_against_one_r1(chrom: str, by_copies: str) -> None:
    told = [reported_direction(f"{chrom}p11.2(2800000_2900000)x{copies}") for copies in range(5)]
    assert [direction.value if direction else "-" for direction in told] == by_copies.split()
