"""Joint DRAGEN files as text, and their plain reading: one entry after the other."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from tests.data_prep.dragen_text import bgzip, record, vcf
from tests.oracle import plain

NO_GENOTYPE = plain.NO_GENOTYPE
FORM = "GT:SM:CN:BC:QS:FT:DN"


def line(site: str, entries: Sequence[str], form: str = FORM) -> str:
    """The columns of a record up to INFO, FORMAT, and what each sample has."""
    return "\t".join([*site.split("\t")[:8], form, *entries])


def site(chrom: str, start: int, end: int, alt: str = "<DEL>") -> str:
    """A record of which only the columns that all samples share are meant: no QUAL, FILTER as in trios."""
    return record(chrom, start, end, alt, quality=".", filters="SampleFT")


def joint_file(path: Path, samples: Sequence[str], lines: Iterable[str], **of_header: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = vcf(samples[0], lines, more_samples=samples[1:], **of_header)
    path.write_bytes(bgzip(text, 3_000) if path.name.endswith(".gz") else text.encode())
    return path


def read_joint(path: Path, text: str, sexes: Mapping[str, str | None]) -> dict[str, plain.Person]:
    """R2, R4, R12: each sample's column read as a file of its own, but for entries in which nothing varies."""
    body = text.partition("\n#CHROM")[2]
    names = body.split("\n")[0].split("\t")[9:]
    people = {}
    for i, name in enumerate(names):
        person = plain.Person(name, None, path=path)
        told = []
        for one in body.split("\n")[1:]:
            if one:
                cells = one.split("\t")
                person.records += 1
                own = "\t".join([*cells[:9], *cells[9 + i : 10 + i]])
                fate = plain.read_record(own, sexes.get(name), joint=True)
                told.append(plain.unvaried_sign(own, fate, joint=True))
                if isinstance(fate, plain.Call):
                    person.calls.append(fate)
                elif isinstance(fate, plain.ReferenceRow):
                    person.reference_rows.append(fate)
                else:
                    person.skipped[fate] += 1
        once = list(dict.fromkeys(person.calls))
        if len(once) < len(person.calls):
            person.skipped[plain.DUPLICATE] = len(person.calls) - len(once)
            person.calls = once
        person.events = plain.join(person.calls)
        person.sex_signs = plain.sex_signs(person.events, told)
        people[name] = person
    return people


GENOTYPES = ("0/0", "0|0", "./.", ".", "0", "1", "0/1", "1/1", "./1", "1/2", "./0", "0|1")
FORMS = (FORM, FORM, "GT", "GT:FT", "GT:CN", "GT:BC:CN:SM", "CN:GT", "GT:RDCN:CN", "GT:SM")
ALTS = ("<DEL>", "<DEL>", "<DUP>", "<CNV>", "<LOH>", "<DEL>,<DUP>", ".", "<INV>")


def random_line(draw: Random, samples: int) -> str:
    """A record with anything in it: mostly entries in which nothing varies, some that do, some that are cut short."""
    chrom = draw.choice(["chr1", "chr1", "1", "chr2", "chrX", "chrX", "chrY", "chrY", "chrM", "chrUn"])
    start = draw.choice([*range(0, 50_000, 1_000), *range(2_770_000, 2_790_000, 1_000)])
    alt = draw.choice(ALTS)
    one = record(
        chrom,
        start,
        draw.choice([start + 1_000, start + 12_000, start - 1, 300_000_000]) if draw.random() < 0.1 else start + 1_000 * draw.choice([1, 1, 1, 5, 12]),
        alt,
        record_id="MantaINV:7" if alt == "<INV>" else None,
        quality=draw.choice([".", ".", 5, 60]),
        filters=draw.choice(["SampleFT", "PASS", ".", "cnvLength"]),
        pos="x" if draw.random() < 0.02 else None,
    )  # fmt: skip
    form = draw.choice(FORMS)
    usual = draw.choice(["0/0", "./.", "0", "."])
    entries = []
    for _ in range(samples):
        genotype = draw.choice(GENOTYPES) if draw.random() < 0.4 else usual
        copies = (
            draw.choice([".", "0", "1", "2", "3", "6"]) if draw.random() < 0.4 else draw.choice([".", "2", "2", "1"])
        )
        values = {
            "GT": genotype,
            "SM": draw.choice([".", "0.5", "1.5", "0.99"]),
            "CN": copies,
            "RDCN": draw.choice([".", copies]),
            "BC": draw.choice([".", "1", "3", "20"]),
            "QS": draw.choice([".", "3", "40"]),
            "FT": draw.choice([".", "PASS", "cnvLength", "cnvQual;cnvLength"]),
            "DN": ".",
        }
        whole = [values[key] for key in form.split(":")]
        keep = draw.randint(1, len(whole)) if draw.random() < 0.1 else len(whole)
        entries.append(":".join(whole[:keep]))
    text = line(one, entries, form)
    if draw.random() < 0.03:
        return text.rsplit("\t", draw.randint(1, 3))[0]
    return text + "\t" if draw.random() < 0.03 else text
