"""What the data page says of files and records, over a database that was built of odd files (R12)."""

from pathlib import Path

import duckdb

from dashboard.store.database import Generation
from dashboard.store.provenance import files, remarks, skipped
from tests.data_prep.built import build_here
from tests.data_prep.dragen_text import record, write, write_table
from tests.data_prep.joint_text import joint_file, line, site

LOSS = record("chr1", 100_000, 120_000)
BAD = record("chrM", 1, 900)


def test_files_remarks_and_skipped_records_of_single_and_joint_files(tmp_path: Path) -> None:
    folder = tmp_path / "vcf"
    write(folder, "A", [LOSS, BAD, BAD])
    write(folder, "A", [LOSS, BAD, BAD], name="copy.vcf.gz")
    write(folder, "B", [LOSS, record("chrM", 5, 700)])
    write(folder, "X", [LOSS])
    entries = ["0/1:0.5:1:5:40:PASS:.", "1/1:0.0:0:5:40:PASS:.", "0/0:1.0:2:5:40:PASS:."]
    joint_file(folder / "joint.vcf.gz", ["X", "Y", "Z"], [line(site("chr2", 0, 5_000), entries)])
    (folder / "damaged.vcf").write_text("<html>")
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABXYZ"])
    path = build_here([folder], table, tmp_path / "cnv.duckdb").path.resolve()
    with duckdb.connect(":memory:") as root:
        root.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
        database = Generation(path, {}, root)
        # X is told of by two files that differ; of the joint one the other columns stay
        assert files(database).drop("bytes").rows() == [
            ("read", 3, 7, 3, 0, 4),
            ("duplicate", 1, 0, 0, 0, 0),
            ("refused", 2, 0, 0, 0, 0),
        ]
        said = remarks(database, 50).rows()
        assert [(row[0], row[1]) for row in said if "differ" in row[2]] == [
            ("X.cnv.vcf.gz", "refused"),
            ("joint.vcf.gz", "refused"),
        ]
        assert len(remarks(database, 2)) == 2
        assert skipped(database).rows() == [
            ("on the mitochondrial genome, whose copies are not counted", 3, "A.cnv.vcf.gz", BAD),
            ("the copy number is the expected one", 1, "joint.vcf.gz", line(site("chr2", 0, 5_000), entries[2:])),
        ]
