"""What a clinician types into the box: reports, lists, other names. The same words get the same answer behind every door (R1)."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dashboard import settings
from dashboard.beacon.resolve import gene_of
from dashboard.door.lookup import GeneMatch, NoMatch, Place, SeveralGenes, look_up
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import read_request, require_genes, require_question, resolve, resolve_genes
from dashboard.door.suggestions import suggest
from dashboard.gazetteer import names as gazetteer
from dashboard.operating.disclosure import Disclosure, Granularity
from dashboard.question.filters import Filters
from dashboard.question.subject import SITE, Kind
from dashboard.store.database import Generation
from dashboard.store.genes import Gene
from data_prep import reference
from data_prep.inputs.genes import embedded_gene_models
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, GeneRow

SHARED = Path(__file__).resolve().parents[4] / "shared"
# Ensembl ids and symbols of HGNC; places are rounded
NAMED = (
    GeneRow("PRKN", "chr6", 161_347_000, 162_727_000, gene_id="ENSG00000185345"),
    GeneRow("ADA2", "chr22", 17_178_000, 17_221_000, gene_id="ENSG00000093072", description="adenosine deaminase 2"),
    GeneRow("TWNK", "chr10", 100_987_000, 100_994_000, gene_id="ENSG00000107815"),
    GeneRow("CHMP1B", "chr18", 11_851_000, 11_855_000, gene_id="ENSG00000255112"),
    GeneRow("SEPTIN2", "chr2", 241_315_000, 241_355_000, gene_id="ENSG00000168385"),
    GeneRow("SEPTIN6", "chrX", 119_615_000, 119_694_000, gene_id="ENSG00000125354"),
    GeneRow("MARCHF1", "chr4", 163_524_000, 164_384_000, gene_id="ENSG00000145416"),
    GeneRow("KMT2A", "chr11", 118_436_000, 118_527_000, gene_id="ENSG00000118058"),
    GeneRow("DMD", "chrX", 31_097_000, 33_340_000, gene_id="ENSG00000198947", description="dystrophin"),
    GeneRow(
        "DRP2", "chrX", 101_219_000, 101_264_000, gene_id="ENSG00000102385", description="dystrophin related protein 2"
    ),
)  # fmt: skip
PROBLEMS = (
    ("ampliconic-y", "chrY", 21_924_953, 26_311_550, "AZFc region with the palindromes P3, P2 and P1"),
    ("ampliconic-y", "chrY", 17_455_876, 18_450_126, "Palindrome P5, edge of the AZFb region"),
    ("immune-locus", "chr2", 88_857_160, 90_235_370, "IGK: rearranged in B and T cells"),
    ("par", "chrX", 10_000, 2_781_479, "Pseudo-autosomal region 1 on X: two copies in both sexes"),
    ("gap", "chr3", 90_000_000, 91_000_000, "Assembly gap of 50 kb between contigs"),
)
BASE = demonstration()
BANDS = tuple(reference.cytobands().select("chrom", "start", "end", "band").iter_rows())
CONTENTS = replace(BASE, genes=(*BASE.genes, *NAMED), problems=(*BASE.problems, *PROBLEMS), cytobands=BANDS)
PERSON = next(person.sample for person in CONTENTS.people if person.counted)


@pytest.fixture
def database(in_memory: Callable[[Contents], Generation]) -> Generation:
    return in_memory(CONTENTS)


def answer(database: Generation, text: str, kind: Kind = Kind.GENE) -> tuple[str, str]:
    """Where a text leads, in short: the kind of outcome, and symbol, place or sentence."""
    match look_up(database, text, kind):
        case GeneMatch(gene):
            return "gene", gene.symbol
        case Place(_, name):
            return "region", name
        case SeveralGenes(_, genes):
            return "genes", ",".join(sorted(gene.symbol for gene in genes))
        case outcome:
            return "other", str(outcome)


def test_every_line_of_the_shared_list_of_what_is_pasted_is_answered(database: Generation) -> None:
    """The list's own words for the expected place, but for those that leave a choice."""
    path = SHARED / "cases" / "search-box.txt"
    if not path.exists():
        pytest.skip("needs the folder `shared` beside the project, which a clone does not have")
    last = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, _, expected, *_ = line.split("\t")
        expected = last if expected == "the same" else expected
        last = expected
        kind, found = answer(database, text)
        offered = [one.name for one in suggest(database, text, 10).offers]
        assert offered, text
        if expected.startswith("chr"):
            assert kind == "region", text
            written = expected.replace(",", "")
            # chr15:1-1 is how an interval of one base is written
            assert found == written, text
        elif expected.startswith("one row a gene"):
            assert suggest(database, text, 10).address == "/genes?gene=GSTM1,GSTT1"
        else:
            symbol = expected.split()[0]
            assert symbol in found.split(","), text
            assert symbol in offered, text


@pytest.mark.parametrize(
    ("text", "region", "direction"),
    [
        ("arr[GRCh38] 16p11.2(29638676_30188531)x1", "chr16:29638676-30188531", "loss"),
        ("ARR[hg38]16p11.2(29,638,676_30,188,531)x3", "chr16:29638676-30188531", "gain"),
        ("arr[GRCh38] 16p11.2(29638676-30188531)×3 dn", "chr16:29638676-30188531", "gain"),
        ("seq[GRCh38.p14] 16p12.1p11.2(27000000_30188531)x4", "chr16:27000000-30188531", "gain"),
        ("16p11.2(29638676_30188531)x0", "chr16:29638676-30188531", "loss"),
        ("16p11.2(29638676_30188531)x2", "chr16:29638676-30188531", ""),
        ("16p11.2(29638676_30188531)", "chr16:29638676-30188531", ""),
        ("Xp22.31(6537771_8156913)x1", "chrX:6537771-8156913", "loss"),
        ("Xp22.31(6537771_8156913)x2", "chrX:6537771-8156913", ""),
        ("arr(21)x3", "chr21", "gain"),
        ("(Y)x1", "chrY", ""),
        ("(Y)x2", "chrY", "gain"),
        ("chr16:29638676_30188531", "chr16:29638676-30188531", ""),
        ("chr16:29,638,676-30,188,531 del", "chr16:29638676-30188531", "loss"),
        ("chr16:29638676-30188531 duplication", "chr16:29638676-30188531", "gain"),
        ("NC_000016.10:g.29638676_30188531del", "chr16:29638676-30188531", "loss"),
        ("hg38 chr16:29638676-30188531", "chr16:29638676-30188531", ""),
        ("chr7:55019017", "chr7:55019017-55019017", ""),
        ("7:55,019,017", "chr7:55019017-55019017", ""),
        ("chr7:55019017\u201155019365", "chr7:55019017-55019365", ""),
        ("chr7:55019017\u221255019365", "chr7:55019017-55019365", ""),
        ("chr7:55019017\u201455019365", "chr7:55019017-55019365", ""),
        ("Chr 7:\u00a055,019,017\u2009\u2013\u200955,019,365", "chr7:55019017-55019365", ""),
        ("16p11.2 deletion", "16p11.2", "loss"),
        ("16p11.2x3", "16p11.2", "gain"),
        ("gain of 16p11.2", "16p11.2", "gain"),
        ("del(16)(p11.2)", "16p11.2", "loss"),
        ("46,XX,dup(15)(q11q13)", "15q11q13", "gain"),
        ("15q11-q13", "15q11q13", ""),
    ],
)  # fmt: skip
def test_what_a_report_writes_is_one_region_and_one_class_on_page_box_and_file(
    database: Generation, text: str, region: str, direction: str
) -> None:
    request = read_request(database, {"region": text}, (Kind.REGION, SITE), Kind.REGION.default_overlap)
    shown = resolve(request, Kind.REGION).outcome
    assert isinstance(shown, Question)
    assert request.problems == ()
    assert (shown.subject.name, ",".join(shown.filters.classes)) == (region, direction)
    filed = require_question(database, {"region": text})
    assert (filed.subject, filed.target, filed.filters) == (shown.subject, shown.target, shown.filters)
    box = suggest(database, text, 10)
    assert box.address == f"/region?region={region}" + (f"&class={direction}" if direction else "")
    assert box.offers[0].address == box.address


def test_a_class_in_the_address_comes_before_that_of_the_words(database: Generation) -> None:
    values = {"region": "16p11.2 deletion", "class": "gain"}
    assert require_question(database, values).filters.classes == ("gain",)


def test_a_band_of_two_ends_reaches_from_the_first_to_the_last(database: Generation) -> None:
    """UCSC cytoBand of hg38: 15q11.1 begins behind base 19,000,000 and 15q13.3 ends at 33,400,000."""
    found = look_up(database, "15q13q11")
    assert isinstance(found, Place)
    assert str(found.interval) == "chr15:19,000,001-33,400,000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("arr[hg19] 16p11.2(29649997_30199852)x1", "hg19 is another assembly"),
        ("arr[GRCh37] 16p11.2(29649997_30199852)x1", "GRCh37 is another assembly"),
        ("chr16:29649997-30199852 (hg18)", "hg18 is another assembly"),
        ("chr16 29649997 30199852 hg19", "hg19 is another assembly"),
        ("arr[build] 16p11.2(29649997_30199852)x1", "“build” is no name of the assembly"),
        ("16p11.2(90000000_90100000)x1", "does not lie in 16p11.2"),
        ("16p11.2(9000_8000)x1", "The end lies before the start"),
        ("16p11.2(29638676_30188531)x1, 1q21.1(147105904_147917509)x3", "2 genes or regions: ask for one at a time"),
        ("NM_004006.3", "these are not looked up: type the symbol"),
        ("HG99999", "There is nobody “HG99999” in this cohort"),
    ],
)
def test_what_cannot_be_answered_says_what_to_type(database: Generation, text: str, said: str) -> None:
    outcome = look_up(database, text)
    assert isinstance(outcome, NoMatch)
    assert said in outcome.sentence
    for kind in (Kind.GENE, Kind.REGION):
        with pytest.raises(RefusedError, match=r".") as caught:
            require_question(database, {kind.value: text})
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "symbol", "told"),
    [
        ("PARK2", "PRKN", "“PARK2” is a former or another symbol of PRKN"),
        ("park2", "PRKN", "“park2” is a former or another symbol of PRKN"),
        ("CECR1", "ADA2", "“CECR1” is a former or another symbol of ADA2, adenosine deaminase 2."),
        ("MLL", "KMT2A", "“MLL” is a former or another symbol of KMT2A"),
        ("dystrophin", "DMD", "“dystrophin” stands in the name of DMD, dystrophin."),
        ("adenosine deaminase 2", "ADA2", "stands in the name of ADA2"),
        ("Related Dystrophin", "DRP2", "stands in the name of DRP2"),
        ("GSTM1,", "GSTM1", ""),
        ("GSTM1 deletion", "GSTM1", ""),
    ],
)
def test_another_name_leads_to_the_gene_behind_every_door_and_is_told(
    database: Generation, text: str, symbol: str, told: str
) -> None:
    found = look_up(database, text)
    assert isinstance(found, GeneMatch)
    assert found.gene.symbol == symbol
    assert told in found.reading
    filed = require_question(database, {"gene": text})
    assert (filed.subject.name, filed.reading) == (symbol, found.reading)
    as_region = require_question(database, {"region": text})
    assert (as_region.target.interval, as_region.reading) == (found.gene.interval, found.reading)
    by_beacon = gene_of(database, text)
    if text.endswith("deletion"):
        assert "with variantType" in str(by_beacon)
    else:
        assert isinstance(by_beacon, Gene)
        assert by_beacon == found.gene
    assert symbol in [offer.name for offer in suggest(database, text, 10).offers]


def test_a_name_that_two_genes_had_is_a_choice(database: Generation) -> None:
    for text, symbols in (("SEPT2", "SEPTIN2,SEPTIN6"), ("C10orf2", "CHMP1B,TWNK")):
        assert answer(database, text) == ("genes", symbols)
        assert {offer.name for offer in suggest(database, text, 10).offers} >= set(symbols.split(","))
        with pytest.raises(RefusedError, match="is a former or another symbol of 2 genes") as caught:
            require_question(database, {"gene": text})
        assert all(symbol in str(caught.value) for symbol in symbols.split(","))
        assert "former or another symbol" in str(gene_of(database, text))


@pytest.mark.parametrize(
    ("text", "region", "told"),
    [
        ("AZFc", "chrY:21924954-26311550", "the problem region AZFc region"),
        ("azfb", "chrY:17455877-18450126", ""),
        ("PAR1", "chrX:10001-2781479", ""),
        ("DiGeorge", "chr22:18924718-21111383", "22q11.2 deletion syndrome"),
        ("di george syndrome", "chr22:18924718-21111383", "22q11.2 deletion syndrome"),
        ("Williams-Beuren", "chr7:73330452-74728172", "Williams-Beuren syndrome"),
        ("cri du chat", "5p15", "the band is shown"),
        ("Jacobsen syndrome", "11q24", "from memory"),
    ],
)
def test_names_of_problem_regions_and_syndromes_lead_to_their_place(
    database: Generation, text: str, region: str, told: str
) -> None:
    filed = require_question(database, {"region": text})
    assert filed.subject.name == region
    assert told in filed.reading
    box = suggest(database, text, 10)
    assert box.destination is not None
    assert box.destination.kind is Kind.REGION
    assert require_question(database, {"region": box.destination.name}).target == filed.target


def test_a_name_of_two_places_is_a_choice_of_links(database: Generation) -> None:
    for kind in (Kind.GENE, Kind.REGION):
        found = look_up(database, "Prader-Willi", kind)
        assert isinstance(found, NoMatch)
        assert [place.address for place in found.places] == ["chr15:22782170-28134728", "chr15:23465365-28134728"]
        with pytest.raises(RefusedError, match="region=chr15:22782170-28134728 is Prader-Willi"):
            require_question(database, {kind.value: "PWS"})
    offered = [offer.address for offer in suggest(database, "prader", 10).offers]
    assert offered == ["/region?region=chr15:22782170-28134728", "/region?region=chr15:23465365-28134728"]


def test_a_current_symbol_comes_before_every_other_name(database: Generation) -> None:
    """SEPTIN2 is a symbol here, and GSTM1 bears no other gene's former name; what was a symbol is read as it was."""
    for gene in CONTENTS.genes:
        found = look_up(database, gene.symbol)
        assert isinstance(found, (GeneMatch, SeveralGenes))
        assert found.reading == ""


def test_words_beside_a_symbol_offer_its_gene(database: Generation) -> None:
    found = look_up(database, "DMD exon 50")
    assert isinstance(found, NoMatch)
    assert [gene.symbol for gene in found.alike] == ["DMD"]
    assert [offer.name for offer in suggest(database, "DMD exon 50", 10).offers] == ["DMD"]


def test_a_persons_name_leads_to_the_page_of_the_person(database: Generation) -> None:
    """R13: typed whole, in any case, or begun; where a gene is asked for, the page says whose name it is and leads there."""
    found = look_up(database, PERSON.lower())
    assert isinstance(found, NoMatch)
    assert (found.person, found.sentence) == (PERSON, f"“{PERSON.lower()}” is a person of this cohort, and no gene.")
    assert f"sample={PERSON} asks for this person." in found.in_words
    for text in (PERSON, PERSON.lower()):
        whole = suggest(database, text, 10)
        assert whole.address == f"/sample?sample={PERSON}"
        assert [offer.address for offer in whole.offers] == [f"/sample?sample={PERSON}"]
        assert whole.offers[0].description.startswith("person, X")
    begun = suggest(database, PERSON[:-1].lower(), 10)
    assert {offer.name[:-1] for offer in begun.offers} == {PERSON[:-1]}
    assert begun.address == f"/gene?gene={PERSON[:-1].lower()}"
    # letters alone begin the names of all
    assert not [offer for offer in suggest(database, "SIM", 10).offers if offer.person]
    assert suggest(database, "GSTM1", 10).person == ""


@pytest.mark.parametrize("disclosure", [Disclosure(Granularity.BOOLEAN), Disclosure(case_level_data=False)])
def test_a_server_that_tells_of_no_person_does_not_say_who_is_in_the_cohort(
    database: Generation, monkeypatch: pytest.MonkeyPatch, disclosure: Disclosure
) -> None:
    monkeypatch.setattr(settings, "disclosure", lambda: disclosure)
    there, nowhere = look_up(database, PERSON), look_up(database, "SIM99999")
    assert isinstance(there, NoMatch)
    assert isinstance(nowhere, NoMatch)
    assert there.sentence.replace(PERSON, "") == nowhere.sentence.replace("SIM99999", "")
    written = look_up(database, "HG00096")
    assert isinstance(written, NoMatch)
    assert "is written like a person's name" in written.sentence
    assert "in this cohort" not in written.sentence


def test_a_server_that_withholds_is_not_asked_for_a_direction_by_words(
    database: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "disclosure", lambda: Disclosure(smallest_cell=5))
    asked = require_question(database, {"region": "16p11.2 deletion"})
    assert asked.filters == Filters()
    assert suggest(database, "16p11.2 deletion", 10).address == "/region?region=16p11.2"


# several genes


@pytest.mark.parametrize("text", ["PRKN, ADA2", "PRKN;ADA2", " prkn ,, ada2, PRKN;"])
def test_several_genes_lead_to_their_page(database: Generation, text: str) -> None:
    box = suggest(database, text.strip(), 10)
    names = text.replace(" ", "").replace(";", ",").strip(",").split(",")
    expected = [name for name in dict.fromkeys(names) if name and name.lower() not in ("",)]
    assert box.address is not None
    path, _, query = box.address.partition("?gene=")
    assert path == "/genes"
    request = read_request(database, {"gene": query}, (Kind.GENE,), Kind.GENE.default_overlap)
    assert [gene.symbol for gene in resolve_genes(request).genes] == ["PRKN", "ADA2"]
    assert len(query.split(",")) == len({name.lower() for name in expected})
    (offer,) = box.offers
    assert offer.address == box.address
    found = look_up(database, text)
    assert isinstance(found, NoMatch)
    assert len(found.genes) == 2


def test_one_gene_twice_is_that_gene(database: Generation) -> None:
    assert suggest(database, "PRKN, prkn", 10).address == "/gene?gene=PRKN"


def test_every_fault_of_a_list_is_told(database: Generation) -> None:
    names = "GSTM1,PARK2,NOPE9,TWIN,GSTT1,chr1:5-9,SEPT2,gstm1"
    request = read_request(database, {"gene": names}, (Kind.GENE,), Kind.GENE.default_overlap)
    found = resolve_genes(request)
    assert [gene.symbol for gene in found.genes] == ["GSTM1", "PRKN"]
    assert len(found.readings) == 1
    assert [problem.value for problem in found.problems] == ["NOPE9", "TWIN", "GSTT1", "chr1:5-9", "SEPT2"]
    with pytest.raises(RefusedError) as caught:
        require_genes(database, {"gene": names, "region": "chr1:5-9", "site": "x", "wrong": "1"})
    said = str(caught.value)
    for part in ("“NOPE9”", "Several genes are called TWIN", "not for both", "“wrong” is not used", "SEPTIN6"):
        assert part in said


def test_a_list_of_more_than_two_hundred_is_cut_with_a_word(database: Generation) -> None:
    names = ["PRKN", *(f"NOPE{number}" for number in range(200)), "ADA2"]
    request = read_request(database, {"gene": ",".join(names)}, (Kind.GENE,), Kind.GENE.default_overlap)
    found = resolve_genes(request)
    assert [gene.symbol for gene in found.genes] == ["PRKN"]
    assert found.problems[-1].sentence == "202 genes are named, and 200 are taken at once: ask for the others apart."


# the names themselves


def test_places_of_syndromes_are_those_of_the_published_file() -> None:
    path = SHARED / "data" / "targeted" / "clingen-dosage-regions-2024-02.tsv"
    if not path.exists():
        pytest.skip("needs the folder `shared` beside the project, which a clone does not have")
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["clingen_id"]: row for row in csv.DictReader(file, delimiter="\t")}
    for one in gazetteer.syndromes():
        if not one.is_read:
            assert ":" not in one.place, one
            continue
        row = rows[one.source.split()[3].strip(",")]
        assert row["last_evaluated"] in one.source
        if ":" in one.place:
            assert one.place == f"{row['chrom']}:{int(row['start']) + 1}-{row['end']}", one.name
        else:
            assert row["cytoband"].startswith(one.place), one.name


def test_every_name_of_a_syndrome_leads_to_it(in_memory: Callable[[Contents], Generation]) -> None:
    database = in_memory(CONTENTS)
    for one in gazetteer.syndromes():
        for name in one.names:
            match look_up(database, name, Kind.REGION):
                case Place(_, address, _, reading=reading):
                    assert (address, one.name in reading) == (one.place, True), name
                case NoMatch(places=places):
                    assert one.place in [place.address for place in places], name
                case outcome:
                    pytest.fail(f"{name}: {outcome}")


def test_other_symbols_are_no_current_ones_and_belong_to_genes() -> None:
    genes = embedded_gene_models().genes
    table = pl.read_parquet(gazetteer.FOLDER / "other_symbols.parquet")
    assert table.is_unique().all()
    assert table.join(genes, on="gene_id", how="anti").is_empty()
    current = genes["symbol"].str.to_lowercase()
    assert not table["symbol"].str.to_lowercase().is_in(current.implode()).any()
