"""Script time of the gene page, warm, over random genes: what the server works for one visit, without the network."""

import os
import random
import statistics
import sys
import time
from pathlib import Path

import duckdb


def run(database: Path, places: int) -> None:
    """Runs the page for `places` random protein-coding genes after a warm-up, and prints p50, p95 and the slowest."""
    if not database.exists():
        sys.exit(f"{database} is not there: build it with `make demonstration` first")
    os.environ["CNV_DATABASE"] = str(database.resolve())
    from streamlit.testing.v1 import AppTest

    with duckdb.connect(str(database.resolve()), read_only=True) as con:
        genes = [
            row[0]
            for row in con.execute(
                "SELECT gene_id FROM genes WHERE biotype = 'protein_coding' ORDER BY gene_id"
            ).fetchall()
        ]
    chosen = random.Random(1).sample(genes, places + 5)
    seconds = []
    root = Path(__file__).resolve().parents[1]
    app = AppTest.from_file(str(root / "dashboard" / "app.py"), default_timeout=60).run()
    app.switch_page("views/gene.py")
    for number, gene in enumerate(chosen):
        app.query_params["gene"] = gene
        start = time.perf_counter()
        app.run()
        took = time.perf_counter() - start
        if app.exception:
            sys.exit(f"the page of {gene} failed: {app.exception[0].value}")
        if number >= 5:
            seconds.append(took * 1000)
    seconds.sort()
    print(
        f"gene page        p50 {statistics.median(seconds):.0f} ms, p95 {seconds[int(0.95 * len(seconds))]:.0f} ms, "
        f"slowest {seconds[-1]:.0f} ms over {len(seconds)} random genes"
    )
