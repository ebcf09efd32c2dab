"""DRAGEN's text: the header of each release, the records and reference rows, and the BGZF blocks around them.

The header is the real one of 3.5.7b, line by line, but for the sample's name and sex and one line that says the file is
simulated; 3.7.6 adds SVLEN, several filters in a record, and reference rows.
"""

import struct
import zlib
from typing import Final

import numpy as np
import polars as pl

from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.simulate.caller import FLOOR_RATIO, Records, six_digits
from data_prep.simulate.genome import Grid, Ints
from data_prep.simulate.large_events import raised_cnvs
from data_prep.simulate.panel import XY, SimulatedPeople
from data_prep.simulate.parts import Floats
from data_prep.simulate.randomness import keys, normal, uniform
from data_prep.simulate.sites import Y_LINKED
from data_prep.simulate.truth import FILTER_TEXT

RELEASES: Final = ("3.5.7b", "3.7.6")

_REFERENCE_RATIO: Final = 120  # and 121
_REFERENCE_QUALITY: Final = 122
_REFERENCE_PAIRS: Final = 123

_SOFTWARE: Final = {
    "3.5.7b": "SW: 05.021.510.3.5.7b, HW: 05.021.510",
    "3.7.6": "SW: 07.021.510.3.7.6, HW: 07.021.510",
}
_SVLEN: Final = (
    '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="Difference in length between REF and ALT alleles">\n'
)
_SIMULATED: Final = (
    '##simulated=<Description="Simulated demonstration cohort: no real person, no real read; '
    'frequencies partly published, partly invented",RatesRaised="{raised}">\n'
)

_BGZF_PAYLOAD: Final = 65_280
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_COMPRESSION: Final = 5


def writes_reference_rows(release: str) -> bool:
    """From 3.7 on DRAGEN also writes what it saw in the expected number of copies."""
    return release != "3.5.7b"


def header(sample: str, sex: int, release: str) -> str:
    """All header lines of a sample's file, with the line of column names and the final newline."""
    contigs = "".join(f"##contig=<ID={c},length={length}>\n" for c, length in LENGTHS.items())
    recorded = "male" if sex == XY else "female"
    return (
        "##fileformat=VCFv4.2\n"
        '##ALT=<ID=CNV,Description="Copy number variant region">\n'
        '##ALT=<ID=DEL,Description="Deletion relative to the reference">\n'
        '##ALT=<ID=DUP,Description="Region of elevated copy number relative to the reference">\n'
        f"{contigs}"
        "##reference=file:///ephemeral/reference/index\n"
        '##INFO=<ID=REFLEN,Number=1,Type=Integer,Description="Number of REF positions included in this record">\n'
        f"{_SVLEN if release != '3.5.7b' else ''}"
        '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">\n'
        '##INFO=<ID=END,Number=1,Type=Integer,Description="End position of the variant described in this record">\n'
        '##INFO=<ID=CIPOS,Number=2,Type=Integer,Description="Confidence interval around POS">\n'
        '##INFO=<ID=CIEND,Number=2,Type=Integer,Description="Confidence interval around END">\n'
        '##FILTER=<ID=cnvLength,Description="CNV with length below 10000">\n'
        '##FILTER=<ID=cnvQual,Description="CNV with quality below 10">\n'
        '##FILTER=<ID=cnvBinSupportRatio,Description="CNV with low supporting number of bins with respect to event length">\n'
        '##FILTER=<ID=cnvCopyRatio,Description="CNV with copy ratio within +/- 0.2 of 1.0">\n'
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        '##FORMAT=<ID=SM,Number=1,Type=Float,Description="Linear copy ratio of the segment mean">\n'
        '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Estimated copy number">\n'
        '##FORMAT=<ID=BC,Number=1,Type=Integer,Description="Number of bins in the region">\n'
        '##FORMAT=<ID=PE,Number=2,Type=Integer,Description="Number of improperly paired end reads at start and stop breakpoints">\n'
        '##DRAGENCommandLine=<ID=dragen,Date="Sun Jun 14 03:04:52 UTC 2020",CommandLineOptions="'
        "--lic-instance-id-location /opt/instance-identity --ref-dir /ephemeral/reference/index "
        f"--output-directory /output/{sample} --intermediate-results-dir /ephemeral --output-file-prefix {sample} -f "
        f"--bam-input /mount/bams/{sample}.bam --enable-cnv true --cnv-enable-self-normalization True --enable-map-align True "
        "--enable-map-align-output true --output-format BAM --enable-duplicate-marking True --repeat-genotype-enable true "
        "--autodetect-reference-validate true --enable-variant-caller true --vc-emit-ref-confidence GVCF --vc-enable-roh True "
        f"--vc-enable-vcf-output True --enable-sv true --sample-sex {recorded} --lic-server "
        'https://XXXXXXXXXXXX:YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY@license.edicogenome.com">\n'
        f'##DRAGENVersion=<ID=dragen,Version="{_SOFTWARE[release]}">\n'
        f"{_SIMULATED.format(raised=', '.join(raised_cnvs()))}"
        f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n"
    )


def written_filters(release: str, filters: Ints) -> Ints:
    """The filters that a release writes: all of a record's, or in 3.5.7b the first of them only, cnvLength first."""
    if release != "3.5.7b":
        return filters
    result: Ints = filters & -filters
    return result


def bodies(
    release: str, who: SimulatedPeople, records: Records, written: Ints, reference: pl.DataFrame | None
) -> list[str]:
    """The record lines of each person, each text ending in a newline, or empty where there is no record."""
    lines = _record_lines(release, records, written)
    if reference is not None:
        lines = pl.concat([lines, reference]).sort("person", "begin", maintain_order=True)
    joined = lines.group_by("person", maintain_order=True).agg(pl.col("line").str.join("\n"))
    result = [""] * who.number.size
    for person, text in joined.iter_rows():
        result[person] = text + "\n"
    return result


def _record_lines(release: str, records: Records, written: Ints) -> pl.DataFrame:
    part = records.part
    loss = records.copies < part.expected
    haploid = part.expected == 1
    genotype = np.where(haploid, 2, np.where(loss, np.where(records.copies == 0, 1, 0), 3))
    alt = np.where(loss, 0, 1)
    length = records.end - records.start
    svlen = pl.lit("")
    if release != "3.5.7b":
        svlen = pl.concat_str(pl.lit("SVLEN="), pl.col("signed").cast(pl.String), pl.lit(";"))
    frame = pl.DataFrame(
        {
            "person": part.person,
            "begin": part.begin,
            "chrom": pl.Series(CHROMOSOMES).gather(records.chrom),
            "pos": records.start,
            "first": records.start + 1,
            "end": records.end,
            "word": pl.Series(["LOSS", "GAIN"]).gather(alt),
            "alt": pl.Series(["<DEL>", "<DUP>"]).gather(alt),
            "quality": records.quality,
            "filter": pl.Series(list(FILTER_TEXT)).gather(written),
            "length": length,
            "signed": np.where(loss, -length, length),
            "genotype": pl.Series(["0/1", "1/1", "1", "./1"]).gather(genotype),
            "ratio": ratio_text(records.ratio),
            "copies": records.copies,
            "bins": records.bins,
            "pairs_start": records.pairs_start,
            "pairs_end": records.pairs_end,
        }
    )
    line = pl.concat_str(
        "chrom", pl.lit("\t"), "pos", pl.lit("\tDRAGEN:"), "word", pl.lit(":"), "chrom", pl.lit(":"), "first", pl.lit("-"), "end",
        pl.lit("\tN\t"), "alt", pl.lit("\t"), "quality", pl.lit("\t"), "filter", pl.lit("\t"), svlen, pl.lit("SVTYPE=CNV;END="),
        "end", pl.lit(";REFLEN="), "length", pl.lit("\tGT:SM:CN:BC:PE\t"), "genotype", pl.lit(":"), "ratio", pl.lit(":"), "copies",
        pl.lit(":"), "bins", pl.lit(":"), "pairs_start", pl.lit(","), "pairs_end",
    )  # fmt: skip
    return frame.select("person", "begin", line=line)


def reference_rows(seed: int, who: SimulatedPeople, grid: Grid, ploidy: Ints, records: Records) -> pl.DataFrame:
    """The lines of what is seen in the expected copies: all bins between calls, cut where bins end, X also at its PARs.

    Columns person, begin (bin), line. Its start and end reads are those of the calls that abut.
    """
    change = (grid.stretch[1:] != grid.stretch[:-1]) | (ploidy[1:] != ploidy[:-1])
    base_begin = np.concatenate([[0], np.flatnonzero(change) + 1]).astype(np.int64)
    base_end = np.append(base_begin[1:], grid.start.size)
    no_y = ploidy[base_begin] != Y_LINKED
    part = records.part
    bounds = np.searchsorted(part.person, np.arange(who.number.size + 1))
    persons, begins, ends = [], [], []
    for row in range(who.number.size):
        rows = slice(int(bounds[row]), int(bounds[row + 1]))
        with_base = slice(None) if who.sex[row] == XY else no_y
        begin = np.sort(np.concatenate([base_begin[with_base], part.end[rows]]))
        end = np.sort(np.concatenate([base_end[with_base], part.begin[rows]]))
        whole = begin < end
        persons.append(np.full(int(whole.sum()), row, dtype=np.int64))
        begins.append(begin[whole])
        ends.append(end[whole])
    person, begin, end = np.concatenate(persons), np.concatenate(begins), np.concatenate(ends)
    key = keys(seed, who.number[person])
    bins = end - begin
    haploid = (ploidy[begin] != 0) & (who.sex[person] == XY)
    ratio = six_digits(np.clip(1 + normal(key, _REFERENCE_RATIO, begin) * (0.004 + 0.10 / np.sqrt(bins)), 0.80, 1.20))
    quality = np.clip(
        np.rint(22 + 6.2 * np.log2(bins + 1) + 14 * uniform(key, _REFERENCE_QUALITY, begin)), 0, 150
    ).astype(np.int64)
    pairs = [
        _neighbours(records, person, edge, at_start, (140 ** uniform(key, _REFERENCE_PAIRS, edge)).astype(np.int64))
        for edge, at_start in ((begin, True), (end, False))
    ]
    frame = pl.DataFrame(
        {
            "person": person,
            "begin": begin,
            "chrom": pl.Series(CHROMOSOMES).gather(grid.chrom[begin]),
            "first": grid.start[begin] + 1,
            "end": grid.end[end - 1],
            "length": grid.end[end - 1] - grid.start[begin],
            "quality": quality,
            "call": pl.Series(["./.", "0"]).gather(haploid.astype(np.int64)),
            "ratio": ratio_text(ratio),
            "copies": np.where(haploid, 1, 2),
            "bins": bins,
            "pairs_start": pairs[0],
            "pairs_end": pairs[1],
        }
    )
    line = pl.concat_str(
        "chrom", pl.lit("\t"), "first", pl.lit("\tDRAGEN:REF:"), "chrom", pl.lit(":"), "first", pl.lit("-"), "end", pl.lit("\tN\t.\t"),
        "quality", pl.lit("\tPASS\tEND="), "end", pl.lit(";REFLEN="), "length", pl.lit("\tGT:SM:CN:BC:PE\t"), "call", pl.lit(":"),
        "ratio", pl.lit(":"), "copies", pl.lit(":"), "bins", pl.lit(":"), "pairs_start", pl.lit(","), "pairs_end",
    )  # fmt: skip
    return frame.select("person", "begin", line=line)


def _neighbours(records: Records, person: Ints, edge: Ints, at_start: bool, otherwise: Ints) -> Ints:
    """The read pairs of the call that ends (or begins) at each edge, or else `otherwise`."""
    shift = 1 << 32
    theirs = records.part.person * shift + (records.part.end if at_start else records.part.begin)
    values = records.pairs_end if at_start else records.pairs_start
    if theirs.size == 0:
        return otherwise
    wanted = person * shift + edge
    at = np.minimum(np.searchsorted(theirs, wanted), theirs.size - 1)
    result: Ints = np.where(theirs[at] == wanted, values[at], otherwise)
    return result


def ratio_text(ratio: Floats) -> pl.Series:
    """Ratios as DRAGEN prints them: six significant digits, no trailing zeros, an exponent below 0.0001."""
    text = pl.Series(ratio).cast(pl.String).str.strip_suffix(".0")
    tiny = np.flatnonzero(ratio < 1e-4)
    if tiny.size:
        floor = f"{FLOOR_RATIO:.6g}"
        written = [floor if r == FLOOR_RATIO else f"{r:.6g}" for r in ratio[tiny].tolist()]
        text = text.scatter(tiny, pl.Series(written))
    return text


def bgzf(text: bytes) -> bytes:
    """The text in BGZF blocks with the end-of-file block (SAM specification, 4.1); the same bytes every time."""
    blocks = []
    for at in range(0, len(text), _BGZF_PAYLOAD):
        payload = text[at : at + _BGZF_PAYLOAD]
        deflate = zlib.compressobj(_COMPRESSION, zlib.DEFLATED, -15)
        data = deflate.compress(payload) + deflate.flush()
        size = len(data) + 25
        blocks.append(b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00BC\x02\x00" + struct.pack("<H", size))
        blocks.append(data)
        blocks.append(struct.pack("<II", zlib.crc32(payload), len(payload)))
    return b"".join(blocks) + BGZF_END
