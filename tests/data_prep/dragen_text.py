"""DRAGEN CNV files as text and bytes for the tests: written by hand here, so that nothing of the simulator is trusted.

The header follows the real one of release 3.5.7b; records are given by their 0-based interval and written as DRAGEN does.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.oracle.plain import LENGTHS

BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")

SOFTWARE = {
    "3.5.7b": "SW: 05.021.510.3.5.7b, HW: 05.021.510",
    "3.7.6": "SW: 05.021.609.3.7.6, HW: 05.021.609",
    "4.2.7": "SW: 07.031.676.4.2.7, HW: 07.031.676",
    "4.4.7": "SW: 07.031.776.4.4.7, HW: 07.031.776",
}


def header(
    sample: str | None = "HG00001",
    sex: str | None = "male",
    release: str | None = "3.5.7b",
    *,
    fileformat: str = "VCFv4.2",
    lengths: Mapping[str, int] = LENGTHS,
    extra: Sequence[str] = (),
    more_samples: Sequence[str] = (),
) -> str:
    """Header lines with the `#CHROM` line, each ended by a newline; `sex` as in `--sample-sex`, None leaves it out."""
    asked = f"--enable-cnv true{f' --sample-sex {sex}' if sex else ''} --lic-server https://x@license.example"
    lines = [f"##fileformat={fileformat}", '##ALT=<ID=DEL,Description="Deletion relative to the reference">']
    lines += [f"##contig=<ID={name},length={length}>" for name, length in lengths.items()]
    lines += ['##INFO=<ID=END,Number=1,Type=Integer,Description="End position of the variant">', *extra]
    if release:
        lines.append(
            f'##DRAGENCommandLine=<ID=dragen,Date="Sun Jun 14 03:04:52 UTC 2020",CommandLineOptions="{asked}">'
        )
        lines.append(f'##DRAGENVersion=<ID=dragen,Version="{SOFTWARE[release]}">')
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    if sample is not None:
        columns += ["FORMAT", sample, *more_samples]
    return "\n".join([*lines, "\t".join(columns)]) + "\n"


def record(
    chrom: str,
    start: int,
    end: int,
    alt: str = "<DEL>",
    cn: object = 1,
    *,
    gt: str = "0/1",
    sm: object = 0.5,
    bins: object = 5,
    quality: object = 40,
    filters: str = "PASS",
    info: str | None = None,
    record_id: str | None = None,
    form: str | None = None,
    values: str | None = None,
    pos: object = None,
) -> str:
    """A record for `[start, end)`, 0-based, as DRAGEN writes it: POS is the base before an event, the first of a REF row."""
    if pos is None:
        pos = start if alt.startswith("<") else start + 1
    word = {"<DEL>": "LOSS", "<DUP>": "GAIN", ".": "REF"}.get(alt, "CNLOH")
    if info is None:
        info = f"END={end};REFLEN={end - start}" if alt == "." else f"SVTYPE=CNV;END={end};REFLEN={end - start}"
    return "\t".join(
        str(column)
        for column in (
            chrom,
            pos,
            record_id or f"DRAGEN:{word}:{chrom}:{start + 1}-{end}",
            "N",
            alt,
            quality,
            filters,
            info,
            form or "GT:SM:CN:BC:PE",
            values or f"{gt}:{sm}:{cn}:{bins}:7,8",
        )
    )


def reference_row(chrom: str, start: int, end: int, bins: object = None, *, gt: str = "./.", cn: object = 2) -> str:
    """A row of release 3.7 that says `[start, end)` has the expected copy number; one bin per kb if not told."""
    return record(chrom, start, end, ".", cn, gt=gt, sm=0.99, bins=(end - start) // 1000 if bins is None else bins)


def vcf(sample: str | None = "HG00001", records: Iterable[str] = (), **of_header: object) -> str:
    """A whole file as text."""
    return header(sample, **of_header) + "".join(f"{one}\n" for one in records)  # type: ignore[arg-type]


def bgzip(text: str | bytes, block: int = 60_000) -> bytes:
    """Bytes in BGZF: gzip members of at most `block` bytes of text with their sizes, and the empty one at the end."""
    data = text.encode() if isinstance(text, str) else text
    members = []
    for at in range(0, len(data), block):
        piece = data[at : at + block]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(piece) + packer.flush()
        size = len(packed) + 25
        members.append(
            bytes.fromhex("1f8b08040000000000ff060042430200")
            + struct.pack("<H", size)
            + packed
            + struct.pack("<II", zlib.crc32(piece), len(piece))
        )
    return b"".join(members) + BGZF_END


def write(folder: Path, sample: str, records: Iterable[str] = (), name: str | None = None, **of_header: object) -> Path:
    """Writes `<sample>.cnv.vcf.gz`, or a file of another name."""
    path = folder / (name or f"{sample}.cnv.vcf.gz")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = vcf(sample, records, **of_header)
    path.write_bytes(bgzip(text) if path.name.endswith(".gz") else text.encode())
    return path


def write_table(path: Path, people: Iterable[tuple[str, str, str, str, bool]]) -> Path:
    """Our own sample table: sample, super-population, population, sex, unrelated."""
    lines = ["sample\tsuperpopulation\tpopulation\tsex\tunrelated"]
    lines += ["\t".join((*one[:4], "yes" if one[4] else "no")) for one in people]
    path.write_text("\n".join(lines) + "\n")
    return path


GENOTYPES = ("0/1", "1/1", "./1", "1", "0/0", "1/2", ".", "./.", "0|1")
ALTS = ("<DEL>", "<DUP>", "<CNV>", "<LOH>", "<DEL>,<DUP>", ".", "<INV>", "N[chr3:5[")
