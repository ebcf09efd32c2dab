"""The operator's file: what it may say, and one sentence for each fault."""

import logging
from pathlib import Path

import pytest

from dashboard import settings
from dashboard.operating.disclosure import Detail, Disclosure, Granularity
from dashboard.operating.operator import Operator, Term
from dashboard.operating.read import OperatorFileError, read_operator

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "operator.example.toml"


def faults(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "operator.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OperatorFileError) as caught:
        read_operator(path)
    assert str(path) in str(caught.value)
    return caught.value.faults


def test_the_example_says_everything_that_can_be_said() -> None:
    found = read_operator(EXAMPLE)
    assert found.beacon_id == "org.example.cnv"
    assert found.organisation.name == "Example Institute"
    assert found.contact_address == "mailto:cnv@example.org"
    assert found.terms_of_use == (Term("DUO:0000042", "general research use", "2021-02-23"),)
    assert found.public_path == "/cnv"
    assert found.disclosure == Disclosure(Granularity.RECORD, 5, case_level_data=False)
    usual = Operator()
    same = [
        name
        for name in Operator.__dataclass_fields__
        if getattr(found, name) == getattr(usual, name) and name != "environment"
    ]
    assert not same, "the example leaves these at their defaults"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("granularty = 'boolean'", "granularty is no key of it: did you mean granularity?"),
        ("[organisation]\nlogos = 'x'", "organisation.logos is no key of it: did you mean organisation.logo?"),
        ("zzzzz = 1", "zzzzz is no key of it: there are id, name"),
        ("granularity = 'counts'", "granularity takes boolean, count or record, not 'counts'."),
        ("granularity = ['count']", "granularity takes boolean, count or record, not ['count']."),
        ("environment = 'production'", "environment takes prod, test, dev or staging, not 'production'."),
        ("name = 7", "name takes a line of text of at most 2,000 letters, not 7."),
        ("name = ''", "name takes a line of text"),
        ("smallest_cell = 2", "smallest_cell takes a whole number of people from 3 on, or 0 for none withheld, not 2."),
        ("smallest_cell = -5", "smallest_cell takes a whole number"),
        ("smallest_cell = true", "smallest_cell takes a whole number of people from 3 on, or 0 for none withheld, not true."),
        ("smallest_cell = 5.5", "smallest_cell takes a whole number"),
        ("case_level_data = 'no'", "case_level_data takes true or false, not 'no'."),
        ("public_address = 'cohort.example'", "public_address takes an address without a query"),
        ("public_address = 'https://h/?a=1'", "public_address takes an address without a query"),
        ("public_address = 'https://me:secret@h/'", "public_address takes an address without a query"),
        ("public_address = 'https://h\"><script>/'", "public_address takes an address without a query"),
        ("logo = 'javascript:alert(1)'", "logo takes an address such as https://cohort.example/"),
        ("contact = 'me@example.org'", "contact takes an address of mail or a page"),
        ("organisation = 'us'", "organisation takes a table: write its keys below [organisation]"),
        ("[organisation]\nurl = 3", "organisation.url takes an address such as https://cohort.example/, not 3."),
        ("terms_of_use = 'DUO:0000042'", "terms_of_use takes tables with id, label and version"),
        ("[[terms_of_use]]\nid = 'DUO:42'\nlabel='a'\nversion='b'", "terms_of_use[1].id takes a term of the Data Use Ontology such as DUO:0000042"),
        ("[[terms_of_use]]\nid = 'DUO:0000042'", "terms_of_use[1] has no label and no version."),
        ("granularity = ", "It is no TOML in UTF-8"),
    ],
)  # fmt: skip
def test_each_fault_has_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    (sentence,) = faults(tmp_path, text)
    assert sentence.startswith(words), sentence


def test_all_faults_are_told(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "nam = 'a'\nsmallest_cell = 1\n[organisation]\nurl = 'x'\n")) == 3


def test_a_file_that_is_not_there_is_no_operator(tmp_path: Path) -> None:
    with pytest.raises(OperatorFileError, match="cannot be read"):
        read_operator(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("file", "word", "least"),
    [
        ("boolean", "record", "boolean"),
        ("record", "count", "count"),
        ("count", "boolean", "boolean"),
        ("count", "", "count"),
        ("record", "everything", "boolean"),
    ],
)
def test_the_least_of_file_and_environment_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, file: str, word: str, least: str
) -> None:
    path = tmp_path / "operator.toml"
    path.write_text(f"granularity = '{file}'\nsmallest_cell = 4\n")
    monkeypatch.setenv("CNV_OPERATOR", str(path))
    monkeypatch.setenv("CNV_BEACON_GRANULARITY", word)
    with caplog.at_level(logging.WARNING):
        found = settings.disclosure()
    assert found == Disclosure(Granularity(least), 4)
    assert ("none of boolean, count, record" in caplog.text) is (word == "everything")


def test_what_each_server_tells() -> None:
    def told(disclosure: Disclosure) -> str:
        return "".join("x" if disclosure.tells(detail) else "-" for detail in Detail)

    assert told(Disclosure()) == "xxxxxxx"
    assert told(Disclosure(Granularity.BOOLEAN)) == "xx-----"
    assert told(Disclosure(Granularity.COUNT)) == "xxxx---"
    assert told(Disclosure(Granularity.COUNT, 5)) == "xxx----"
    assert told(Disclosure(case_level_data=False)) == "xxxxxx-"
    assert told(Disclosure(smallest_cell=5)) == "xxx-x--"
