"""Sample tables (R5): three forms that give the same people, who is unrelated, and one sentence for what cannot be read."""

from collections import Counter
from pathlib import Path

import pytest

from data_prep.inputs.samples import SCHEMA, SampleTable, SampleTableError, read_samples
from tests.oracle import plain

PEDIGREE = "20130606_g1k_3202_samples_ped_population.txt"
IGSR = "igsr_samples_3202.tsv"
UNRELATED = "samples_2504_unrelated.txt"


def by_name(table: SampleTable, *columns: str) -> dict[str, tuple[object, ...]]:
    return {row["sample"]: tuple(row[c] for c in columns) for row in table.frame.iter_rows(named=True)}


def put(folder: Path, text: str, name: str = "samples.tsv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def own_table(folder: Path, source: SampleTable) -> Path:
    """Our own TSV with the people of another table."""
    lines = ["sample\tsuperpopulation\tpopulation\tsex\tfamily\tfather\tmother\tunrelated"]
    for row in source.frame.iter_rows(named=True):
        cells = [row[c] or "" for c in list(SCHEMA)[:7]]
        lines.append("\t".join([*cells, "yes" if row["unrelated"] else "no"]))
    return put(folder, "\n".join(lines) + "\n")


def test_read_samples_gives_the_same_people_from_three_forms(shared: Path, tmp_path: Path) -> None:
    """HG01783 reads IBS,MSL in the table of IGSR and IBS in the pedigree; 2,504 are marked."""
    data = shared / "data"
    pedigree = read_samples(data / PEDIGREE, data / UNRELATED)
    igsr = read_samples(data / IGSR, data / UNRELATED)
    own = read_samples(own_table(tmp_path, pedigree))
    for table in (pedigree, igsr, own):
        assert table.frame.height == 3_202
        assert table.frame.get_column("sample").is_sorted()
        assert table.frame.get_column("unrelated").sum() == 2_504
        assert dict(table.frame.schema) == SCHEMA
    columns = ("superpopulation", "population", "sex", "unrelated")
    assert by_name(pedigree, *columns) == by_name(igsr, *columns) == by_name(own, *columns)
    assert by_name(pedigree, "family", "father", "mother") == by_name(own, "family", "father", "mother")
    assert by_name(igsr, "population", "superpopulation")["HG01783"] == ("IBS", "EUR")
    assert any("HG01783" in note and "IBS,MSL" in note for note in igsr.notes)
    assert pedigree.notes == ()
    assert UNRELATED in pedigree.unrelated_definition
    assert UNRELATED in igsr.unrelated_definition
    assert "samples.tsv" in own.unrelated_definition


def test_read_samples_never_takes_a_collection_of_igsr_for_the_unrelated(shared: Path) -> None:
    """R5: 2,977 of the 3,202 belong to the collection "1000 Genomes phase 3 release", 422 of them children of others there;
    5 of the 2,504 are. Without the list there is no telling."""
    data = shared / "data"
    pedigree = by_name(read_samples(data / PEDIGREE), "father", "mother")
    children = {name for name, parents in pedigree.items() if set(parents) & set(pedigree)}
    assert len(marked_without_a_list(data / IGSR) & children) <= 5


def marked_without_a_list(path: Path) -> set[object]:
    """Who is marked as unrelated; nobody where the table is refused for want of a list."""
    try:
        table = read_samples(path)
    except SampleTableError:
        return set()
    return {name for name, (unrelated,) in by_name(table, "unrelated").items() if unrelated}


def test_read_samples_agrees_with_the_plain_reading_and_the_counts_by_population(shared: Path) -> None:
    data = shared / "data"
    table = read_samples(data / PEDIGREE, data / UNRELATED)
    expected = plain.read_samples(data / PEDIGREE, data / UNRELATED)
    columns = ("superpopulation", "population", "sex", "father", "mother", "unrelated")
    assert by_name(table, *columns) == {name: tuple(sample[1:]) for name, sample in expected.items()}
    counts = Counter((row["population"], row["sex"], row["unrelated"]) for row in table.frame.iter_rows(named=True))
    lines = (data / "populations.tsv").read_text().splitlines()
    header = lines[0].split("\t")
    assert len(lines) == 27
    for line in lines[1:]:
        row = dict(zip(header, line.split("\t"), strict=True))
        for sex, word in (("XY", "males"), ("XX", "females")):
            unrelated = counts[row["population"], sex, True]
            assert unrelated == int(row[f"{word}_2504"])
            assert unrelated + counts[row["population"], sex, False] == int(row[f"{word}_3202"])


def test_read_samples_finds_the_602_trios(shared: Path) -> None:
    table = read_samples(shared / "data" / PEDIGREE)
    names = set(table.frame.get_column("sample"))
    parents = by_name(table, "father", "mother")
    assert sum(father is not None and mother is not None for father, mother in parents.values()) == 603
    assert sum({father, mother} <= names for father, mother in parents.values()) == 602


OWN = "sample\tsuperpopulation\tpopulation\tsex\tfather\tmother\n"


def test_unrelated_without_a_list_are_those_without_a_parent_in_the_table(tmp_path: Path) -> None:
    """R5."""
    text = (
        OWN
        + "C\tEUR\tGBR\tmale\tF\tM\nF\tEUR\tGBR\tmale\t0\t0\nM\tEUR\tGBR\tfemale\t\t\nD\tEUR\tGBR\tmale\tX\tY\nE\tEUR\tGBR\tmale\tX\tM\n"
    )
    table = read_samples(put(tmp_path, text))
    assert by_name(table, "unrelated") == {"C": (False,), "F": (True,), "M": (True,), "D": (True,), "E": (False,)}
    assert by_name(table, "father", "mother")["F"] == (None, None)
    assert by_name(table, "father", "mother")["D"] == ("X", "Y")


def test_unrelated_as_listed_holds_before_the_table_s_own(tmp_path: Path) -> None:
    text = "sample\tsuperpopulation\tpopulation\tsex\tunrelated\nA\tEUR\tGBR\tmale\tyes\nB\tEUR\tGBR\tfemale\tno\n"
    path = put(tmp_path, text)
    assert by_name(read_samples(path), "unrelated") == {"A": (True,), "B": (False,)}
    listed = read_samples(path, put(tmp_path, "B\n", "list.txt"))
    assert by_name(listed, "unrelated") == {"A": (False,), "B": (True,)}


@pytest.mark.parametrize(
    ("word", "sex"),
    [("1", "XY"), ("2", "XX"), ("male", "XY"), ("Female", "XX"), ("M", "XY"), ("f", "XX"), ("XX", "XX"), ("xy", "XY"), ("0", None), ("unknown", None), ("", None), ("NA", None)],
)  # fmt: skip
def test_sex_is_read_in_every_spelling(tmp_path: Path, word: str, sex: str | None) -> None:
    table = read_samples(put(tmp_path, OWN + f"A\tEUR\tGBR\t{word}\t\t\n"))
    assert by_name(table, "sex") == {"A": (sex,)}


def test_read_samples_bears_windows_blank_lines_and_missing_cells(tmp_path: Path) -> None:
    text = "\ufeff" + OWN + "\n A \tEUR\tGBR\tmale\t\t\n\nB\t\t\tfemale\n"
    table = read_samples(put(tmp_path, text.replace("\n", "\r\n")))
    assert by_name(table, "superpopulation", "population", "sex") == {
        "A": ("EUR", "GBR", "XY"),
        "B": ("unknown", "unknown", "XX"),
    }


@pytest.mark.parametrize("gap", ["\t", " "])
def test_comments_behind_the_header_are_nobody(tmp_path: Path, gap: str) -> None:
    """R5: a person named `#` would stand in the table, and in the count of those without a file."""
    rows = [
        "sample superpopulation population sex",
        "# two people",
        "A EUR GBR male",
        "#B EUR GBR female",
        "#",
        "C EUR GBR 0",
    ]
    table = read_samples(put(tmp_path, "\n".join(row if row[0] == "#" else row.replace(" ", gap) for row in rows)))
    assert by_name(table, "population", "sex") == {"A": ("GBR", "XY"), "C": ("GBR", None)}


def test_a_quotation_mark_takes_nothing_with_it(tmp_path: Path) -> None:
    """R5: neither the people behind it, who would be gone without a word, nor the cells, which would move."""
    text = OWN + 'A\tEUR\tGBR\tmale\t"F\t\nB\tEUR\tGBR\tfemale\t\t\n'
    with pytest.raises(SampleTableError, match=r"line 2: a cell begins with a quotation mark that is not closed"):
        read_samples(put(tmp_path, text))
    text = OWN + '\n# of two\nA\tEUR\tGBR\tmale\t"F"\tO"M\nB\tEUR\tGBR\t"female\t\t\n'
    with pytest.raises(SampleTableError, match=r"line 5: a cell begins"):
        read_samples(put(tmp_path, text))
    text = text.replace('"female', '"female"')
    assert by_name(read_samples(put(tmp_path, text)), "father", "mother") == {"A": ("F", 'O"M'), "B": (None, None)}


def test_parents_outside_the_table_or_of_unknown_sex_are_taken_as_named(tmp_path: Path) -> None:
    """R2: what is not recorded contradicts nothing; two children of one couple are no circle."""
    text = OWN + "K\tEUR\tGBR\tmale\tF\tM\nL\tEUR\tGBR\tfemale\tF\tM\nF\tEUR\tGBR\t0\tG\tH\n"
    assert by_name(read_samples(put(tmp_path, text)), "father", "mother") == {
        "K": ("F", "M"),
        "L": ("F", "M"),
        "F": ("G", "H"),
    }


@pytest.mark.parametrize("cell", ["", "unknown"])
def test_who_has_a_superpopulation_alone_is_of_a_population_under_it(tmp_path: Path, cell: str) -> None:
    """R10: a population lies under one super-population; strangers of neither are of another."""
    table = read_samples(put(tmp_path, OWN + f"A\tEUR\t{cell}\tmale\nB\tAFR\t{cell}\tmale\nC\t\t\tmale\n"))
    assert by_name(table, "superpopulation", "population") == {
        "A": ("EUR", "EUR-unknown"),
        "B": ("AFR", "AFR-unknown"),
        "C": ("unknown", "unknown"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        (OWN, "no sample"),
        (OWN + "A\tEUR\tGBR\tmale\t\tA\t\n", "names A as its own parent"),
        (
            OWN + "A\tEUR\tGBR\tmale\tB\t\nB\tEUR\tGBR\tmale\tA\t\n",
            "names A as a parent of B and B as a parent of A: nobody is their own ancestor, name other parents or none",
        ),
        (
            OWN + "K\tEUR\tGBR\tmale\tC\t\nA\tEUR\tGBR\tmale\tC\tM\nB\tEUR\tGBR\tmale\tA\t\nC\tEUR\tGBR\t0\tB\t\n",
            "B as a parent of C",
        ),
        (
            OWN + "K\tEUR\tGBR\tmale\tF\tM\nF\tEUR\tGBR\tfemale\t\t\nM\tEUR\tGBR\tfemale\t\t\n",
            "names F as the father of K and records F as XX: mend the sex, or name another father or none",
        ),
        (
            OWN + "M\tEUR\tGBR\t1\t\t\nK\tEUR\tGBR\tmale\tF\tM\nF\tEUR\tGBR\t1\t\t\n",
            "names M as the mother of K and records M as XY: mend the sex, or name another mother or none",
        ),
        (OWN + "A\tEUR\tGBR\tmale\nB\tAFR\tGBR\tmale\n", "the population GBR under AFR and EUR"),
        ("name\tsex\nA\tmale\n", "no sample table"),
        ("sample\tsuperpopulation\tsex\nA\tEUR\tmale\n", "no column 'population'"),
        ("sample\tpopulation\tsuperpopulation\nA\tGBR\tEUR\n", "no column 'sex'"),
        (OWN + "A\tEUR\tGBR\tmale\nA\tEUR\tGBR\tmale\n", "the sample A twice"),
        (OWN + "A\tEUR\tGBR\tmail\n", "gives the sex 'mail'"),
        (OWN + "\tEUR\tGBR\tmale\n", "without a sample name"),
        ("sample\tsuperpopulation\tpopulation\tsex\tunrelated\nA\tEUR\tGBR\tmale\tperhaps\n", "'perhaps'"),
        ("sample\tsuperpopulation\tpopulation\tsex\tunrelated\nA\tEUR\tGBR\tmale\t\n", "yes or no"),
        ("FamilyID SampleID FatherID MotherID Sex Population Superpopulation\nF A 0 0 1 GBR\n", "line 2"),
        (OWN + "\n# of them\nA\tEUR\tGBR\tmale\t\t\t\tB\n", "line 4, has 8 cells"),
        ("#" + OWN + "A\tEUR\tGBR\tmale\n", "its first line must begin with"),
        (OWN + "# nobody\n", "no sample"),
        ("FamilyID SampleID FatherID MotherID Population\nF A 0 0 GBR\n", "no column 'Sex'"),
        ("Sample name\tSex\nA\tmale\n", "no column 'Population code'"),
        (OWN + "A\tEUR\tGBR\tmale\t\t\t\tB\n", "line 2, has 8 cells and the header 6: mend the line"),
        ("sample\tsuperpopulation\tpopulation\tsex\tsex\nA\tEUR\tGBR\tmale\tfemale\n", "two columns 'sex'"),
    ],
)
def test_read_samples_says_what_is_wrong_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SampleTableError, match=r"^[^\n]+$") as refused:
        read_samples(put(tmp_path, text))
    assert says in str(refused.value)
    assert "samples.tsv" in str(refused.value)


@pytest.mark.parametrize("word", ["", "0", "NA", ".", "-", "None", "unknown"])
def test_a_word_for_no_parent_names_nobody(tmp_path: Path, word: str) -> None:
    """R5, R11: it would be shown as a person of that name."""
    lines = ["sample\tsuperpopulation\tpopulation\tsex\tfather\tmother", f"KID\tEUR\tGBR\tmale\t{word}\tMUM"]
    table = read_samples(put(tmp_path, "\n".join(lines)))
    assert by_name(table, "father", "mother")["KID"] == (None, "MUM")


def test_an_empty_cell_between_spaces_moves_nobody(tmp_path: Path) -> None:
    """R5: the father would be taken for the family and the mother for the father, and so would who is unrelated."""
    lines = [["sample", "superpopulation", "population", "sex", "family", "father", "mother"]]
    lines += [["KID", "EUR", "GBR", "male", "", "DAD", "MUM"], ["DAD", "EUR", "GBR", "male", "F", "0", "0"]]
    with pytest.raises(SampleTableError, match="line 2, has 6 cells and the header 7: part the columns by tabs"):
        read_samples(put(tmp_path, "\n".join(map(" ".join, lines))))
    table = read_samples(put(tmp_path, "\n".join(map("\t".join, lines))))
    assert by_name(table, "family", "father", "mother")["KID"] == (None, "DAD", "MUM")
    lines[1][4] = "F"
    assert by_name(read_samples(put(tmp_path, "\n".join(map(" ".join, lines)))), "father")["KID"] == ("DAD",)


def test_read_samples_refuses_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "samples.xlsx"
    path.write_bytes(b"PK\x03\x04\xff\xfe\x80\x81")
    with pytest.raises(SampleTableError, match="not a text file"):
        read_samples(path)


def test_read_samples_refuses_a_list_of_others(tmp_path: Path) -> None:
    path = put(tmp_path, OWN + "A\tEUR\tGBR\tmale\t\t\n")
    with pytest.raises(SampleTableError, match=r"list.txt is empty"):
        read_samples(path, put(tmp_path, "\n", "list.txt"))
    with pytest.raises(SampleTableError, match=r"names 2 samples .* B for one"):
        read_samples(path, put(tmp_path, "C\nA\nB\n", "list.txt"))
