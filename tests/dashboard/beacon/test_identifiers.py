"""GA4GH identifiers of copy-number variants against the reference implementation, `ga4gh.vrs`."""

import json
import random
from pathlib import Path

import pytest
from ga4gh.core import ga4gh_identify
from ga4gh.vrs import models

from dashboard.beacon import identifiers
from dashboard.beacon.vocabulary import VRS_CHANGE

# The published table of three refget sources and RefSeq, chromosome by chromosome; not the project's own.
REFGET = {
    "1": "SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "2": "SQ.pnAqCRBrTsUoBghSD1yp_jXWSmlbdh4g", "3": "SQ.Zu7h9AggXxhTaGVsy7h_EZSChSZGcmgX",
    "4": "SQ.HxuclGHh0XCDuF8x6yQrpHUBL7ZntAHc", "5": "SQ.aUiQCzCPZ2d0csHbMSbh2NzInhonSXwI", "6": "SQ.0iKlIQk2oZLoeOG9P1riRU6hvL5Ux8TV",
    "7": "SQ.F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul", "8": "SQ.209Z7zJ-mFypBEWLk4rNC6S_OxY5p7bs", "9": "SQ.KEO-4XBcm1cxeo_DIQ8_ofqGUkp4iZhI",
    "10": "SQ.ss8r_wB0-b9r44TQTMmVTI92884QvBiB", "11": "SQ.2NkFm8HK88MqeNkCgj78KidCAXgnsfV1", "12": "SQ.6wlJpONE3oNb4D69ULmEXhqyDZ4vwNfl",
    "13": "SQ._0wi-qoDrvram155UmcSC-zA5ZK4fpLT", "14": "SQ.eK4D2MosgK_ivBkgi6FVPg5UXs1bYESm", "15": "SQ.AsXvWL1-2i5U_buw6_niVIxD6zTbAuS6",
    "16": "SQ.yC_0RBj3fgBlvgyAuycbzdubtLxq-rE0", "17": "SQ.dLZ15tNO1Ur0IcGjwc3Sdi_0A6Yf4zm7", "18": "SQ.vWwFhJ5lQDMhh-czg06YtlWqu0lvFAZV",
    "19": "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl", "20": "SQ.-A1QmD_MatoqxvgVxBLZTONHz9-c7nQo", "21": "SQ.5ZUqxCmDDgN4xTRbaSjN8LwgZironmB8",
    "22": "SQ.7B7SHsmchAR0dFcDCuSFjJAo7tX87krQ", "X": "SQ.w0WZEvgJF0zf_P4yyTzjjv9oW1z61HHP", "Y": "SQ.8_liLu1aycC0tPQPFmUaGXJLDs5SbPZ5",
}  # fmt: skip
REFSEQ = {
    "1": "NC_000001.11", "2": "NC_000002.12", "3": "NC_000003.12", "4": "NC_000004.12", "5": "NC_000005.10", "6": "NC_000006.12",
    "7": "NC_000007.14", "8": "NC_000008.11", "9": "NC_000009.12", "10": "NC_000010.11", "11": "NC_000011.10", "12": "NC_000012.12",
    "13": "NC_000013.11", "14": "NC_000014.9", "15": "NC_000015.10", "16": "NC_000016.10", "17": "NC_000017.11", "18": "NC_000018.10",
    "19": "NC_000019.10", "20": "NC_000020.11", "21": "NC_000021.9", "22": "NC_000022.11", "X": "NC_000023.11", "Y": "NC_000024.10",
}  # fmt: skip


def test_sequences_are_those_of_the_published_tables() -> None:
    assert {f"chr{name}": digest for name, digest in REFGET.items()} == identifiers.REFGET
    assert {f"chr{name}": accession for name, accession in REFSEQ.items()} == identifiers.REFSEQ


def test_five_hundred_random_cnvs_are_named_as_the_reference_implementation_names_them() -> None:
    chance = random.Random(500)
    changes = [change.value for change in models.CopyChange]
    assert set(VRS_CHANGE.values()) <= set(changes)
    for _ in range(500):
        refget = REFGET[chance.choice(list(REFGET))]
        start = chance.choice([0, chance.randrange(10**3), chance.randrange(248_000_000)])
        end = start + chance.choice([1, chance.randrange(1, 10**4), chance.randrange(1, 10**8)])
        change, copies = chance.choice(changes), chance.choice([0, 1, 3, 17, 250])
        place = models.SequenceLocation(
            sequenceReference=models.SequenceReference(refgetAccession=refget), start=start, end=end
        )
        location = identifiers.location_digest(refget, start, end)
        assert f"ga4gh:SL.{location}" == ga4gh_identify(place)
        cx = models.CopyNumberChange(location=place, copyChange=models.CopyChange(change))
        assert f"ga4gh:CX.{identifiers.copy_change_digest(location, change)}" == ga4gh_identify(cx)
        cn = models.CopyNumberCount(location=place, copies=copies)
        assert f"ga4gh:CN.{identifiers.copy_count_digest(location, copies)}" == ga4gh_identify(cn)


SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "vrs2_cnv_vectors.json"


@pytest.mark.skipif(not SHARED.exists(), reason="the vectors are not beside the project")
def test_digests_of_all_vectors() -> None:
    vectors = json.loads(SHARED.read_text("utf-8"))["vectors"]
    assert len(vectors) >= 8
    for one in vectors:
        refget = identifiers.REFGET.get(f"chr{one['chr']}", "SQ.k3grVkjY-hoWcCUojHw6VU6GE3MZ8Sct")
        location = identifiers.location_digest(refget, one["start"], one["end"])
        assert f"ga4gh:SL.{location}" == one["SL"]
        assert f"ga4gh:CX.{identifiers.copy_change_digest(location, one['copyChange'])}" == one["CX"]
        assert f"ga4gh:CN.{identifiers.copy_count_digest(location, one['copies'])}" == one["CN"]
