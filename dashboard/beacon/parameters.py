"""The parameters of a Beacon request as one table: it parses requests, fills the echo, and is what the OpenAPI document says.

Whatever shape a client sends, it is first brought to names of this table with lists of plain values
(`dashboard.beacon.reading`); a value is then parsed by the type of its parameter alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final

from dashboard.beacon.vocabulary import EXAMPLES_OF_TYPES, classes_of_type
from dashboard.operating.disclosure import Granularity as Granularity
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import accession_of_other_build, chromosome, is_mitochondrion

MOST_RECORDS: Final = 1_000
"""Records of a page at most."""
DEFAULT_LIMIT: Final = 10
MOST_IDS: Final = 1_000
"""Identifiers in a list at most."""
LONGEST_TEXT: Final = 500
SHOWN: Final = 60
"""Letters of a value that a sentence repeats."""
_NAMESPACE: Final = re.compile(
    rf"(refseq|genbank|insdc|refget|{re.escape(ASSEMBLY.name)}(\.p\d+)?|{re.escape(ASSEMBLY.ucsc)}):", re.IGNORECASE
)
"""What may stand before the name of a sequence."""
_WITHOUT_VERSION: Final = {
    accession.partition(".")[0]: sequence.chrom
    for sequence in ASSEMBLY.chromosomes
    for accession in (sequence.refseq, sequence.genbank)
}
"""Chromosomes by accessions without a version, which is that of the assembly."""
MITOCHONDRION: Final = "chrM"
"""A chromosome that is known and of which there are no calls."""


class Include(StrEnum):
    """Which result sets are in an answer."""

    HIT = "HIT"
    ALL = "ALL"
    MISS = "MISS"
    NONE = "NONE"


class Type(Enum):
    """Types of parameters, by name what a value of each is."""

    CHROMOSOME = "a chromosome"
    POSITIONS = "one or two positions"
    WHOLE = "a whole number"
    VARIANT_TYPE = "a type of variant"
    ASSEMBLY = "an assembly"
    TEXT = "text"
    WORD = "one of a few words"
    IDENTIFIERS = "identifiers"
    FILTERS = "filters"
    YES_OR_NO = "true or false"


class Scope(Enum):
    """Where a parameter belongs."""

    VARIANT = "g_variant"
    QUERY = "query"
    META = "meta"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a request."""

    name: str
    type: Type
    scope: Scope
    description: str
    example: Any
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The words that it takes, where these are few."""
    least: int = 0
    """The least number that it takes."""


PARAMETERS: Final = (
    Parameter(
        "referenceName", Type.CHROMOSOME, Scope.VARIANT,
        f"Chromosome of the variant: 1 to 22, X or Y, with or without chr, or an accession of RefSeq or GenBank or a refget digest of {ASSEMBLY.name}.",
        f"refseq:{ASSEMBLY.chromosomes[0].refseq}", ("referenceAccession",),
    ),
    Parameter(
        "start", Type.POSITIONS, Scope.VARIANT,
        "First base of the range, 0-based; two values are the bracket in which variants start. Alone it asks for one base.",
        [109687569],
    ),
    Parameter(
        "end", Type.POSITIONS, Scope.VARIANT,
        "End of the range, half-open; two values are the bracket in which variants end.", [109697443], least=0,
    ),
    Parameter(
        "geneId", Type.TEXT, Scope.VARIANT,
        "Symbol or Ensembl id of a gene; the extent of its representative transcript is the range.", "GSTM1", ("geneid", "gene"),
    ),
    Parameter(
        "variantType", Type.VARIANT_TYPE, Scope.VARIANT,
        "DEL, DUP or CNV, a term of EFO or SO, or a word of VRS; a term stands for all below it.", "DEL",
        ("copyChange",), EXAMPLES_OF_TYPES,
    ),
    Parameter("variantMinLength", Type.WHOLE, Scope.VARIANT, "Least length of a variant in bases.", 1000),
    Parameter("variantMaxLength", Type.WHOLE, Scope.VARIANT, "Greatest length of a variant in bases.", 100000),
    Parameter(
        "assemblyId", Type.ASSEMBLY, Scope.VARIANT, f"The assembly of positions: {ASSEMBLY.name} alone.", ASSEMBLY.name, ("assembly",),
    ),
    Parameter("referenceBases", Type.TEXT, Scope.VARIANT, "Of sequence variants, of which none is held.", "A"),
    Parameter("alternateBases", Type.TEXT, Scope.VARIANT, "Of sequence variants, of which none is held.", "T"),
    Parameter("mateName", Type.TEXT, Scope.VARIANT, "Of translocations, of which none is held.", "2", ("mateStart", "mateEnd")),
    Parameter("aminoacidChange", Type.TEXT, Scope.VARIANT, "Of sequence variants, of which none is held.", "V600E", ("aminoacidchange",)),
    Parameter(
        "genomicAlleleShortForm", Type.TEXT, Scope.VARIANT, "Of sequence variants, of which none is held.",
        "NM_004006.2:c.4375C>T", ("allele",),
    ),
    Parameter("filters", Type.FILTERS, Scope.QUERY, "Filters, joined by AND; those of one kind by OR.", ["HANCESTRO:2003"]),
    Parameter(
        "requestedGranularity", Type.WORD, Scope.QUERY, "How much the answer tells.", "record", ("granularity",),
        (*Granularity, "aggregated"),
    ),
    Parameter("includeResultsetResponses", Type.WORD, Scope.QUERY, "Which result sets to return.", "HIT", words=tuple(Include)),
    Parameter("skip", Type.WHOLE, Scope.QUERY, "Pages to skip.", 0),
    Parameter("limit", Type.WHOLE, Scope.QUERY, f"Records of a page; 0 stands for {MOST_RECORDS:,}, the most.", 10),
    Parameter(
        "datasets", Type.IDENTIFIERS, Scope.QUERY, "Datasets (callsets) to ask.", ["dragen-3.5.7b"], ("datasetIds", "datasetId"),
    ),
    Parameter(
        "biosampleIds", Type.IDENTIFIERS, Scope.QUERY, "Biosamples whose variants are asked for.", ["onekgbs-HG00096"],
        ("biosampleId",),
    ),
    Parameter(
        "individualIds", Type.IDENTIFIERS, Scope.QUERY, "Individuals whose variants are asked for.", ["onekgind-HG00096"],
        ("individualId",),
    ),
    Parameter(
        "recordType", Type.WORD, Scope.QUERY, "Whether a variant is a site, shared by many people, or an event of one person.",
        "site", words=("site", "event"),
    ),
    Parameter("testMode", Type.YES_OR_NO, Scope.QUERY, "The request is a test.", False),
    Parameter("apiVersion", Type.TEXT, Scope.META, "Version of the API that the client expects.", "v2.1.1"),
    Parameter(
        "requestedSchemas", Type.TEXT, Scope.META, "Schemas that the client asks for; the default ones are returned.",
        "ga4gh-beacon-variant-v2.0.0", ("requestedSchema",),
    ),
)  # fmt: skip

BY_NAME: Final = {parameter.name: parameter for parameter in PARAMETERS}
"""Parameters by name."""
_BY_SPELLING: Final = {
    spelling.lower(): parameter for parameter in PARAMETERS for spelling in (parameter.name, *parameter.aliases)
}


def parameter_named(name: str) -> Parameter | None:
    """The parameter of a name or an alias, whatever its case."""
    return _BY_SPELLING.get(name.strip().lower())


def parse_values(values: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], list[Problem]]:
    """The values of parameters by their types, and a problem for each that has no meaning.

    `values` maps names of the table to plain values (text, numbers, booleans), none of them empty. Positions become tuples
    of whole numbers, a chromosome our own name, identifiers and other lists tuples of text; filters stay as they are.
    """
    parsed: dict[str, Any] = {}
    problems = []
    for name, given in values.items():
        if not given:
            continue
        parameter = BY_NAME[name]
        value = _parse(parameter, given)
        if isinstance(value, _Fault):
            shown = cut(", ".join(str(part) for part in given), SHOWN)
            problems.append(Problem(name, shown, f"“{shown}” is no value of {name}, which takes {value.allowed}."))
        else:
            parsed[name] = value
    # a value that is refused is there all the same: nobody is asked to add it
    refused = [name for name, given in values.items() if given and name not in parsed]
    if not {"referenceName", "start", "end"} & set(refused):
        problems += _contradictions_of_place(parsed)
    problems += _contradictions(parsed)
    return parsed, problems


@dataclass(frozen=True, slots=True)
class _Fault:
    allowed: str


def _parse(parameter: Parameter, given: Sequence[Any]) -> Any:
    match parameter.type:
        case Type.FILTERS:
            return tuple(given)
        case Type.IDENTIFIERS:
            texts = tuple(dict.fromkeys(_text(part) for part in given))
            if len(texts) > MOST_IDS:
                return _Fault(f"at most {MOST_IDS:,} identifiers")
            return texts if all(texts) else _Fault("identifiers")
        case Type.POSITIONS:
            return _positions(given)
    if parameter.name in ("apiVersion", "requestedSchemas", "mateName"):
        return tuple(_text(part) or "" for part in given)
    if parameter.name == "variantType":
        return _variant_types(given)
    if any(value != given[0] for value in given):
        return _Fault("one value")
    return _single(parameter, given[0])


def _single(parameter: Parameter, value: Any) -> Any:
    text = _text(value)
    match parameter.type:
        case Type.CHROMOSOME:
            return _chromosome(text or "")
        case Type.WHOLE:
            number = _whole(value)
            return _Fault("a whole number that is not negative") if number is None else number
        case Type.ASSEMBLY:
            known = re.fullmatch(
                rf"(?:(?:refseq|genbank|insdc):)?(?:(?:{re.escape(ASSEMBLY.name)}|{re.escape(ASSEMBLY.ucsc)}|b38)([._-]?p?\d*)?|(GC[AF])_000001405(?:\.(\d+))?)", text or "", re.IGNORECASE
            )  # fmt: skip
            if not known or (known[3] and int(known[3]) < _first_version(known[2])):
                return _Fault(f"{ASSEMBLY.name} alone: positions of another assembly would name other places")
            return text
        case Type.WORD:
            words = {word.lower(): word for word in parameter.words}
            return words.get(
                (text or "").lower(), _Fault(f"{', '.join(parameter.words[:-1])} or {parameter.words[-1]}")
            )
        case Type.YES_OR_NO:
            words_of_both = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
            return words_of_both.get(str(value).strip().lower(), _Fault("true or false"))
    if text is None or len(text) > LONGEST_TEXT:
        return _Fault(f"text of at most {LONGEST_TEXT} letters")
    return text


def _first_version(accession: str) -> int:
    """The first version of an accession of the human assembly that is GRCh38: 26 in RefSeq, 15 in GenBank."""
    return 26 if accession.upper().startswith("GCF") else 15


def _variant_types(given: Sequence[Any]) -> tuple[str, ...] | _Fault:
    texts = [_text(part) or "" for part in given]
    if any(classes_of_type(text) is None for text in texts):
        return _Fault(f"words such as {', '.join(EXAMPLES_OF_TYPES)}")
    return tuple(texts)


def _chromosome(text: str) -> str | _Fault:
    name = _NAMESPACE.sub("", text.strip())
    if chrom := chromosome(name) or _WITHOUT_VERSION.get(name.upper()) or chromosome(f"SQ.{name}"):
        return chrom
    if is_mitochondrion(name):
        return MITOCHONDRION
    if current := accession_of_other_build(name):
        return _Fault(f"accessions of {ASSEMBLY.name}, where this chromosome is {current}")
    return _Fault(f"a chromosome: 1 to 22, X or Y, chr1, {ASSEMBLY.chromosomes[0].refseq}")


def _positions(given: Sequence[Any]) -> tuple[int, ...] | _Fault:
    numbers = [_whole(part) for part in given]
    if not 1 <= len(numbers) <= 2 or None in numbers:
        return _Fault("one position, or two for a bracket: whole numbers that are not negative")
    return tuple(number for number in numbers if number is not None)


def _whole(value: Any) -> int | None:
    """A number that is whole and not negative; a boolean is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**18 else None
    if isinstance(value, float):
        return int(value) if 0 <= value < 10**15 and value.is_integer() else None
    text = str(value).strip()
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool | dict | list):
        return None
    return str(value).strip()


def _contradictions_of_place(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a chromosome and positions that are each well formed."""
    start, end = values.get("start"), values.get("end")
    problems = []

    def refuse(name: str, sentence: str) -> None:
        problems.append(Problem(name, cut(", ".join(map(str, values.get(name) or ())), SHOWN), sentence))

    if (start or end) and "referenceName" not in values:
        refuse("start" if start else "end", "Positions need a chromosome: add referenceName.")
    if end and not start:
        refuse("end", "An end needs a start: add start.")
    elif start and not end and len(start) == 2:
        refuse("start", "A bracket needs two ends: give two values of end, or one start.")
    elif start and end and len(start) != len(end):
        refuse("end", "Give as many ends as starts: one of each for a range, two of each for a bracket.")
    elif start and end and len(start) == 1 and start[0] >= end[0]:
        refuse("start", "The start has to lie before the end.")
    elif start and end and len(start) == 2 and (start[0] >= start[1] or end[0] >= end[1] or start[0] >= end[1]):
        refuse(
            "start", "Each bracket is [first, last) and needs a first position before its last, and starts before ends."
        )
    return problems


def _contradictions(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with other values that are each well formed."""
    problems = []
    shortest, longest = values.get("variantMinLength"), values.get("variantMaxLength")
    if shortest is not None and longest is not None and shortest > longest:
        problems.append(
            Problem("variantMinLength", str(shortest), "variantMinLength must not lie above variantMaxLength.")
        )
    return problems
