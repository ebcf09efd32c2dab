"""What pages and files say about the calls is true of whoever made them: each sentence beside the database it speaks of.

Real builds from files as the callers write them; the sentences are checked against what is in the tables (R2, R3, R4, R6).
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.words import callers as caller_words
from data_prep.derived.site_tables import LEAST_ALLELE_LENGTH
from data_prep.domain import callers
from data_prep.domain.levels import Level
from data_prep.reading.dialects import DIALECTS
from tests.dashboard.opened_page import components, opened_page
from tests.dashboard.served import served
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import write_table
from tests.data_prep.reading.dialects.test_builds import VALUES, loss
from tests.data_prep.reading.dialects.texts import CALLERS

GSTM1 = (109_687_000, 109_698_000)
OF_ITS_OWN = {"dragen-4.4": "cnvLength", "canvas": "L10kb", "manta": "MinQUAL", "gatk-sv": "MULTIALLELIC", "dragen-sv": "MinQUAL", "merged": "L10kb"}  # fmt: skip
"""A filter of the caller; DRAGEN and Canvas set theirs below 10 kb."""
GAINS = {
    "dragen-4.4": ("<DUP>", "1:2:2:18:3,4", "SVCLAIM=D"),
    "gatk-gcnv": ("<DUP>", "2:2:18:21:60:30:40", ""),
    "cnvnator": ("<DUP>", "0/1:3", "SVTYPE=DUP;natorRD=1.5"),
    "cnvpytor": ("<DUP>", "0/1:3", "SVTYPE=DUP;pytorRD=1.5"),
    "canvas": ("<DUP>", "1:50:18:2:1:20:30:PASS", "SVTYPE=CNV"),
    "manta": ("<DUP:TANDEM>", "0/1:PASS:50:20,18", "SVTYPE=DUP"),
    "delly": ("<DUP>", "0/1:30:PASS:100:150:100:3", "SVTYPE=DUP"),
    "lumpy": ("<DUP>", "0/1:9:6:3", "SVTYPE=DUP"),
    "1000-genomes-phase-3": ("<CN2>", "1", "SVTYPE=DUP"),
    "gatk-sv": ("<DUP>", "0/1:99:3:2:1", "SVTYPE=DUP"),
    "dragen-sv": ("<DUP:TANDEM>", "0/1:PASS:50:20,18", "SVTYPE=DUP"),
    "vcf": ("<DUP>", "0/1:2:50:PASS", "SVTYPE=DUP"),
    "merged": ("<DUP>", "1:50:18:2:1:20:30:PASS", "SVTYPE=CNV"),
}
"""A gain of the X of a man, as the caller writes it: ALT, sample values, INFO."""


def files(folder: Path, *names: str) -> tuple[Path, Path]:
    """A man for each caller: a loss over GSTM1, a short one with a filter of the caller's, two that abut, a gain of X."""
    (folder / "vcf").mkdir(parents=True)
    for name in names:
        caller = CALLERS[name]
        alt, values, info = GAINS[name]
        word = {"record_id": "Canvas:GAIN:chrX:9000001-9020000"} if name in ("canvas", "merged") else {}
        short = {"filters": OF_ITS_OWN.get(name, "PASS")}
        records = [
            loss(caller, 1_000_000, 1_020_000),
            loss(caller, 1_020_000, 1_040_000),
            _with_filter(loss(caller, 2_000_000, 2_004_000, "1/1", **short), name, short["filters"]),
            loss(caller, *GSTM1, "1/1"),
            caller.record("chrX", 9_000_000, 9_020_000, alt, values, info, **word),
        ]
        (folder / "vcf" / f"{name}.vcf").write_text(caller.vcf(records, name))
    table = write_table(folder / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in names])
    return folder / "vcf", table


def _with_filter(line: str, name: str, filters: str) -> str:
    """Canvas says the filters of a sample in FT."""
    if name not in ("canvas", "merged"):
        return line
    assert line.endswith(":PASS"), VALUES[name]
    return f"{line.removesuffix('PASS')}{filters}"


def built(folder: Path, *names: str) -> Built:
    vcf, table = files(folder, *names)
    return build_here([vcf], table, folder / "cnv.duckdb")


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Built]:
    """By the callers in them, `+` between."""
    kinds = [*CALLERS, "dragen-4.4+manta"]
    return {kind: built(tmp_path_factory.mktemp(kind), *kind.split("+")) for kind in kinds}


Open = Callable[..., AppTest]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    def run(database: Built, page: str, **query: str) -> AppTest:
        settings.store().close()
        return opened_page(monkeypatch, database.path, page, query)

    yield run
    settings.store().close()


def words(app: AppTest) -> str:
    """Everything that a page says, the notes that open at its controls and the text to cite among it."""
    told = [element.proto.body for element in app.get("html") if "<style>" not in element.proto.body]
    told += [control["help"] for data in components(app, "controls") for control in data["row"]]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", " ".join(told))).split())


def everything(opened: Open, database: Built) -> str:
    return " ".join(
        words(opened(database, page, **query))
        for page, query in (
            ("start", {}),
            ("gene", {"gene": "GSTM1"}),
            ("region", {"region": "chr1:1000000-2100000"}),
            ("data", {}),
        )
    )


def test_the_names_are_those_of_the_dialects() -> None:
    """R12: every caller that is read is known by its name, and is joined where its dialect says so (R3)."""
    named = {value for name, value in vars(callers).items() if name[0].isupper() and isinstance(value, str)}
    assert {one.caller for one in DIALECTS.values()} == named
    assert {one.caller for one in DIALECTS.values() if one.joins} == callers.CUT_INTO_SEGMENTS


@pytest.mark.parametrize("name", CALLERS)
def test_what_is_said_of_a_caller_is_so_in_its_database(databases: Mapping[str, Built], name: str) -> None:
    """R2, R3, R4, R6."""
    database = databases[name]
    who = callers.from_one_line(dict(database.rows("SELECT key, value FROM provenance"))["caller"])
    assert who == (DIALECTS[name].caller,)
    overlooked, bins, joined = database.rows(
        "SELECT count(*) FILTER (credible AND NOT pass), count(bins), count(*) FILTER (parts > 1) FROM events"
    )[0]
    same = caller_words.definition(Level.PASS, who).startswith("The same calls as credible")
    assert same == (overlooked == 0)
    assert ("have no bins, so there is none" in caller_words.allele_frequency(who)) == (bins == 0)
    assert caller_words.events_are_joined(who) == (joined > 0)
    ((copies, expected),) = database.rows("SELECT copy_number, expected_copy_number FROM calls WHERE chrom = 'chrX'")
    assert expected == 1
    assert ("A gain of the X of an XY person has two copies." in caller_words.expected_copies_sentence(who)) == (
        copies == 2
    )
    short = database.rows("SELECT credible FROM events WHERE start = 2000000")
    hidden = name in ("canvas", "manta", "dragen-sv", "merged")
    assert short == [(not hidden,)]
    if name == "canvas":
        assert "every shorter call of it is hidden" in caller_words.definition(Level.CREDIBLE, who)


def test_three_kilobases_are_the_rule_of_alleles() -> None:
    """R6."""
    assert f"of {LEAST_ALLELE_LENGTH // 1000} kb or more" in caller_words.allele_frequency((callers.DRAGEN,))


@pytest.mark.parametrize("name", [name for name in CALLERS if not name.startswith("dragen")])
def test_no_page_speaks_of_dragen_where_another_called_r4_r12(
    databases: Mapping[str, Built], opened: Open, name: str
) -> None:
    said = everything(opened, databases[name])
    assert "DRAGEN" not in said
    assert "hides every shorter call" not in said
    assert "PASS: The same calls as credible" in said
    assert f"called by {DIALECTS[name].caller}" in said
    joins = DIALECTS[name].joins
    assert ("From calls to events" in said) == joins
    assert ("events (each call is one)" in said) != joins
    phase3 = name == "1000-genomes-phase-3"
    assert ("Cite Sudmant et al. 2015" in said) == phase3
    assert ("Cite Byrska-Bishop et al. 2022" in said) != phase3


def test_dragens_pages_say_what_its_filter_of_length_does_r4(databases: Mapping[str, Built], opened: Open) -> None:
    said = everything(opened, databases["dragen-4.4"])
    assert said.count("FILTER is PASS. DRAGEN sets cnvLength below 10 kb, so this hides every shorter call.") == 3
    assert "Two bins or more, no filter but cnvLength, QUAL at least 10, copy ratio at least 0.2 away from 1." in said
    assert "Event Abutting calls of one person and direction, joined. People are counted by events." in said
    assert "of shorter ones DRAGEN misses heterozygotes" in said
    assert "do not differ" not in said


def test_a_callset_of_two_callers_says_of_which_each_is_true_r3_r4(
    databases: Mapping[str, Built], opened: Open
) -> None:
    said = everything(opened, databases["dragen-4.4+manta"])
    assert "hides every shorter call of DRAGEN, and of the others none that is credible." in said
    assert "Abutting calls of one person and direction, joined, of DRAGEN; of the others" in said
    assert "Numbers of Manta are made for two copies everywhere" in said
    assert "called by Illumina DRAGEN, Manta" in said


def test_two_callsets_of_two_callers_each_have_their_own_words_r4(tmp_path: Path, opened: Open) -> None:
    """The page of a callset speaks of its caller, whatever stands beside it in the file."""
    folders = [files(tmp_path / name, name) for name in ("manta", "dragen-4.4")]
    for vcf, table in folders:
        both = build_here([vcf], table, tmp_path / "cnv.duckdb", beside=vcf.parent.name == "dragen-4.4")
    newest = words(opened(both, "data"))
    older = words(opened(both, "data", callset="Manta 1.6.0"))
    assert "DRAGEN sets cnvLength" in newest
    assert "do not differ" not in newest
    assert "with Manta the two levels do not differ" in older
    assert "DRAGEN sets cnvLength" not in older
    compared = words(opened(both, "gene", gene="GSTM1", callset="Manta 1.6.0"))
    assert "Other releases or callers: what they can see" in compared
    assert "DRAGEN sets cnvLength" not in compared


@pytest.mark.parametrize("kind", ["manta", "dragen-4.4", "1000-genomes-phase-3"])
def test_files_and_pictures_say_who_called_r4_r12(databases: Mapping[str, Built], kind: str) -> None:
    """Over a real server: every file with words of its own."""
    with served(databases[kind].path) as base:

        def fetched(file: str, **query: str) -> str:
            with urlopen(f"{base}/{file}?{urlencode({'gene': 'GSTM1', 'filter': 'pass'} | query)}") as answer:
                body = answer.read()
            return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()

        told = {
            name: fetched(f"download/{name}")
            for name in ("calls.vcf", "carriers.tsv", "carriers.json", "carriers.bed", "calls.pgxseg", "sites.vcf")
        }
        picture = fetched("chart/frequency-loss.svg", filter="credible")
    dragen = kind == "dragen-4.4"
    phase3 = kind == "1000-genomes-phase-3"
    for name, text in told.items():
        assert ("DRAGEN" in text) == dragen, name
        assert ("hides every shorter call" in text) == dragen, name
        assert ("the two levels do not differ" in text) != dragen, name
        # pgxseg has no semicolon in a value
        assert (re.search("joined[;,] people are counted by events", text) is not None) == dragen, name
        assert ("Sudmant" in text, "Byrska" in text) == (phase3, not phase3), name
    assert ("Sudmant" in picture, "Byrska" in picture) == (phase3, not phase3)
