"""Canvas: alleles by copies, places as DRAGEN's, filters of the sample."""

import pytest

from data_prep.reading.calls import Skip
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS

CANVAS = CALLERS["canvas"]


def segment(word: str, alt: str, gt: str, cn: object, info: str = "SVTYPE=CNV;CNVLEN=40000", chrom: str = "chr1", *, bins: object = 38, ft: str = "PASS", **more: object) -> str:  # fmt: skip
    start, end = 5_000_000, 5_040_000
    values = f"{gt}:95.00:{bins}:{cn}:2:20.10:33.30:{ft}"
    return CANVAS.record(chrom, start, end, alt, values, info, record_id=f"Canvas:{word}:{chrom}:{start + 1}-{end}", **more)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "alt", "gt", "cn", "info", "what"),
    [
        ("LOSS", "<CN0>", "0/1", 1, "SVTYPE=CNV", ("partial-loss", 1)),
        ("LOSS", "<CN0>", "1/1", 0, "SVTYPE=CNV", ("complete-loss", 0)),
        ("GAIN", "<CN2>", "0/1", 3, "SVTYPE=CNV", ("low-gain", 3)),
        ("GAIN", "<DUP>", "./1", 4, "SVTYPE=CNV", ("low-gain", 4)),
        ("GAIN", "<CNV>", "./1", 6, "SVTYPE=CNV", ("high-gain", 6)),
        # `1/2` of these is a loss of heterozygosity, not a loss
        ("LOH", "<CN0>,<CN2>", "1/2", 2, "SVTYPE=LOH", ("loh", 2)),
        ("LOH", "<CN0>,<DUP>", "1/2", 3, "SVTYPE=LOH", ("low-gain", 3)),
        ("REF", ".", "0/0", 2, "", ("chr1", 5_000_000, 5_040_000, 38)),
        ("LOSS", "<CN0>", "0/1", 2, "SVTYPE=CNV", Skip.EXPECTED.value),
        # no number: the ID tells
        ("LOSS", "<CN0>", "0/1", ".", "SVTYPE=CNV", ("loss", None)),
        ("GAIN", "<DUP>", "./1", ".", "SVTYPE=CNV", ("gain", None)),
        ("COMPLEX", "<CN0>,<CN2>", "1/2", ".", "SVTYPE=CNV", Skip.NO_DIRECTION.value),
        ("INV", "<INV>", "0/1", ".", "SVTYPE=INV", Skip.NOT_CNV.value),
    ],
)  # fmt: skip
def test_segments(word: str, alt: str, gt: str, cn: object, info: str, what: object) -> None:
    """R2: `<CN2>` is two copies on one haplotype."""
    assert brief(outcome(CANVAS, segment(word, alt, gt, cn, info))) == what


def test_places_are_those_of_the_id() -> None:
    """R1: POS is the base before a call and the first base of a reference row."""
    found = call(CANVAS, segment("LOSS", "<CN0>", "0/1", 1))
    assert (found["start"], found["end"]) == (5_000_000, 5_040_000)
    text = segment("LOSS", "<CN0>", "0/1", 1).replace("END=5040000;", "")
    assert call(CANVAS, text)["end"] == 5_040_000


def test_quality_bins_and_filters() -> None:
    """R4: the sample's FT replaces FILTER; QS stands for QUAL in files of several samples."""
    found = call(CANVAS, segment("LOSS", "<CN0>", "0/1", 1, quality="27.63", filters="FailedFT", ft="q10"))
    assert (found["quality"], found["bins"], found["filters"]) == (pytest.approx(27.63), 38, "q10")
    found = call(CANVAS, segment("LOSS", "<CN0>", "0/1", 1, filters="L10kb", ft=".", bins="37.6"))
    assert (found["quality"], found["bins"], found["filters"]) == (pytest.approx(33.3), 38, "L10kb")


@pytest.mark.parametrize(("gt", "cn", "sex", "what"), [("1", 2, None, ("low-gain", 2)), ("1", 0, "XX", ("complete-loss", 0)), (".", 2, "XY", ("low-gain", 2)), (".", 2, "XX", Skip.EXPECTED.value)])  # fmt: skip
def test_the_genotype_names_the_ploidy_and_without_it_the_sex(gt: str, cn: int, sex: str | None, what: object) -> None:
    """R2."""
    assert brief(outcome(CANVAS, segment("GAIN", "<CN2>", gt, cn, chrom="chrX"), sex)) == what
