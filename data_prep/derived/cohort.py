"""What is worked out of the whole cohort once its sites stand: trios, groups of sites, what people carry (rules R6, R7, R11).

Trios are counted in pieces of a chromosome and some families, in any process; the others are sums that the database does
itself.
"""

from collections.abc import Callable, Iterator
from typing import Final

import duckdb
import numpy as np
import polars as pl

from data_prep.derived.panel import People
from data_prep.derived.piece import Columns
from data_prep.derived.site_tables import Genes
from data_prep.derived.trios import TrioCounts, Trios, count_trios, read_trios, trios_on
from data_prep.domain.arrays import distinct
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import union
from data_prep.domain.overlaps import touching
from data_prep.domain.proportions import wilson
from data_prep.domain.trios import LEAST_TRIOS
from data_prep.system.limits import Limits
from data_prep.system.processes import Pool, Task

_MEMBERS: Final = """
    SELECT e.sample_id AS sample, e.start, e."end", e.inner_start, e.inner_end, (e.direction = 'gain')::TINYINT AS direction,
        enum_code(e.class)::TINYINT AS class_code, coalesce(e.copy_number, -1) AS copy_number,
        coalesce(e.expected_copy_number::SMALLINT, -1) AS expected, coalesce(e.bins, -1) AS bins,
        CASE WHEN e.pass THEN 0 WHEN e.credible THEN 1 WHEN e.sensitive THEN 2 ELSE 3 END::TINYINT AS level,
        coalesce(e.site_id, -1) AS site, coalesce(s.start, 0) AS site_start, coalesce(s."end", 1) AS site_end
    FROM events e LEFT JOIN (SELECT site_id, start, "end" FROM sites WHERE chrom = $chrom::chrom) s USING (site_id)
    WHERE e.chrom = $chrom::chrom AND e.direction IN ('loss', 'gain') AND e.sample_id IN (SELECT sample_id FROM members_of_trios)
"""
_ROWS: Final = """
    SELECT chrom::VARCHAR, count(*) FROM events WHERE direction IN ('loss', 'gain') GROUP BY chrom ORDER BY chrom
"""
_IMMUNE: Final = """
    SELECT start::BIGINT AS start, "end"::BIGINT AS "end" FROM problem_regions
    WHERE kind = 'immune-locus' AND chrom = $chrom::chrom ORDER BY start
"""
_OF_SITES: Final = "SELECT site_id, parents, transmitted FROM site_trios WHERE level = 'credible' AND parents > 0"
_TO_SITES: Final = """
    UPDATE sites SET transmission_parents = t.transmission_parents, transmission = t.transmission,
        transmission_ci_low = t.transmission_ci_low, transmission_ci_high = t.transmission_ci_high
    FROM transmission_of_sites t WHERE sites.site_id = t.site_id
"""

_GROUPS: Final = """
    INSERT INTO site_groups
    WITH counted AS (
        SELECT c.site_id, p.superpopulation, c.population, coalesce(c.sex::VARCHAR, 'unknown') AS sex, c.carriers
        FROM site_counts c JOIN populations p USING (population) WHERE c.level = 'credible' AND c.unrelated AND NOT c.outlier
    )
    SELECT CASE WHEN GROUPING(superpopulation) = 0 THEN 'superpopulation' WHEN GROUPING(population) = 0 THEN 'population'
            WHEN GROUPING(sex) = 0 THEN 'sex' ELSE 'all' END AS grouped_by,
        coalesce(superpopulation, population, sex, 'all') AS code, site_id, sum(carriers)::UINTEGER AS carriers
    FROM counted GROUP BY GROUPING SETS ((site_id), (site_id, superpopulation), (site_id, population), (site_id, sex))
    ORDER BY grouped_by, code, site_id
"""
_SPECTRUM: Final = """
    INSERT INTO site_spectrum
    WITH counted AS (
        SELECT c.site_id, p.superpopulation, c.class::VARCHAR AS class, s.direction::VARCHAR AS direction, sum(c.carriers) AS carriers
        FROM site_counts c JOIN populations p USING (population) JOIN sites s USING (site_id)
        WHERE c.level = 'credible' AND c.unrelated AND NOT c.outlier GROUP BY ALL
    ),
    held AS (
        SELECT site_id, superpopulation, class, carriers FROM counted WHERE class NOT IN ('loss', 'gain')
        UNION ALL SELECT site_id, superpopulation, direction, carriers FROM counted
    ),
    sums AS (
        SELECT site_id, coalesce(superpopulation, 'all') AS superpopulation, class, sum(carriers)::UINTEGER AS carriers
        FROM held GROUP BY GROUPING SETS ((site_id, class, superpopulation), (site_id, class))
    )
    SELECT superpopulation, class::call_class AS class, carriers, count(*)::UINTEGER AS sites FROM sums GROUP BY ALL
    ORDER BY superpopulation, class, carriers
"""
_TOTALS: Final = """
    INSERT INTO sample_totals
    WITH held AS (
        SELECT e.sample_id, CASE WHEN e.pass THEN 0 WHEN e.credible THEN 1 WHEN e.sensitive THEN 2 ELSE 3 END AS strictest,
            m.sample_id IS NOT NULL AS outlier, e.class, count(*) AS events, sum(e."end" - e.start) AS bases
        FROM events e JOIN samples s USING (sample_id)
        LEFT JOIN (SELECT DISTINCT sample_id, chrom FROM marked_samples) m ON m.sample_id = e.sample_id AND m.chrom = e.chrom
        WHERE e.direction IN ('loss', 'gain') AND s.counted AND (e.chrom NOT IN ('chrX', 'chrY') OR NOT s.sex_mismatch)
            AND (e.chrom != 'chrY' OR s.sex IS NOT DISTINCT FROM 'XY')
        GROUP BY ALL
    )
    SELECT sample_id, level::filter_level AS level, outlier, class, sum(events)::INTEGER AS events, sum(bases)::BIGINT AS bases
    FROM held JOIN (VALUES (0, 'pass'), (1, 'credible'), (2, 'sensitive'), (3, 'all')) levels(place, level) ON strictest <= place
    GROUP BY ALL ORDER BY sample_id, level, outlier, class
"""
_BY_PERSON: Final = """
    INSERT INTO sample_events BY NAME
    SELECT sample_id, chrom, start, "end", class, copy_number, expected_copy_number, quality, bins, sensitive, credible, pass, site_id, event_id
    FROM events ORDER BY sample_id, chrom, start, "end", event_id
"""
# One row a call without a copy, of a credible loss of whoever counts by default among the unrelated: its extent, and what is left
# of it between the event's inner ends.
_WITHOUT_A_COPY: Final = """
    SELECT enum_code(chrom) AS place, sample_id AS sample, start, "end", inner_start, inner_end FROM events
    WHERE parts = 1 AND copy_number = 0 AND credible AND direction = 'loss'
    UNION ALL
    SELECT enum_code(c.chrom), e.sample_id, c.start, c."end", greatest(c.start, e.inner_start), least(c."end", e.inner_end)
    FROM calls c JOIN (SELECT event_id, sample_id, inner_start, inner_end FROM events WHERE parts > 1 AND credible AND direction = 'loss') e USING (event_id)
    WHERE c.copy_number = 0
"""


def derive_cohort(
    con: duckdb.DuckDBPyConnection,
    people: People,
    genes: Callable[[], dict[int, Genes]],
    columns: Callable[[str, str], Columns],
    append: Callable[[str, pl.DataFrame], None],
    pool: Pool,
    limits: Limits,
) -> None:
    """Fills `site_trios`, `trio_quality`, `site_groups`, `site_spectrum`, `sample_totals`, `sample_events` and `gene_complete_losses`, and what
    `sites` says of transmission.

    Sites, their counts and the sites of events stand. `genes`: those of every chromosome, by its place in the karyotype; `columns`: the rows of a query
    about a chromosome as columns; `append`: adds the rows of a frame to a table.
    """
    _count_trios(con, people, columns, append, pool, limits)
    for statement in (_GROUPS, _SPECTRUM, _TOTALS, _BY_PERSON):
        con.execute(statement)
    lost = {name: np.asarray(values) for name, values in con.execute(_WITHOUT_A_COPY).fetchnumpy().items()}
    if not len(lost["place"]):
        return
    genes_of = genes()
    for place, chrom in enumerate(LENGTHS):
        here = lost["place"] == place
        if (
            here.any()
            and (
                rows := _complete_losses(
                    people, chrom, {name: values[here] for name, values in lost.items()}, genes_of[place]
                )
            ).height
        ):
            append("gene_complete_losses", rows)


def _count_trios(
    con: duckdb.DuckDBPyConnection,
    people: People,
    columns: Callable[[str, str], Columns],
    append: Callable[[str, pl.DataFrame], None],
    pool: Pool,
    limits: Limits,
) -> None:
    trios = read_trios(con)
    if not len(trios):
        return
    counted: list[TrioCounts] = list(
        pool.results(_tasks(con, people, trios, columns, limits), ordered=True, under_way=pool.jobs + 1)
    )
    con.execute("DROP TABLE IF EXISTS members_of_trios")
    if not counted:
        return
    table = pl.concat(part.site_trios.with_columns(pl.col("level").cast(pl.String)) for part in counted)
    append(
        "site_trios",
        _summed(table, ("site_id", "level")) if table.select("site_id", "level").is_duplicated().any() else table,
    )
    keys_of_quality = ("direction", "level", "length_class", "bin_class")
    quality = pl.concat(part.trio_quality.with_columns(pl.col(keys_of_quality).cast(pl.String)) for part in counted)
    append("trio_quality", _summed(quality, keys_of_quality))
    rows = con.sql(_OF_SITES).pl()
    parents, transmitted = (rows.get_column(name).to_numpy().astype(np.int64) for name in ("parents", "transmitted"))
    values = wilson(transmitted, np.where(parents >= LEAST_TRIOS, parents, 0))
    names = ("transmission", "transmission_ci_low", "transmission_ci_high")
    rates = rows.select("site_id", transmission_parents="parents").with_columns(
        pl.Series(name, value, nan_to_null=True) for name, value in zip(names, values, strict=True)
    )
    con.register("transmission_of_sites", rates.to_arrow())
    con.execute(_TO_SITES)
    con.unregister("transmission_of_sites")


_ORDER: Final = {
    "level": ("pass", "credible", "sensitive", "all"),
    "direction": ("loss", "gain"),
}


def _summed(rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Rows of one key made one, in the order of the table."""
    ordered = (pl.col(key).cast(pl.Enum(_ORDER[key])) if key in _ORDER else pl.col(key) for key in keys)
    summed = rows.group_by(keys).sum().sort(*ordered)
    return summed.with_columns(pl.col(key).cast(pl.String) for key in keys if key in _ORDER)


def _tasks(
    con: duckdb.DuckDBPyConnection,
    people: People,
    trios: Trios,
    columns: Callable[[str, str], Columns],
    limits: Limits,
) -> Iterator[Task]:
    """What counts the trios of every chromosome, some at a time where their events are many; each returns `TrioCounts`."""
    for chrom, events in con.execute(_ROWS).fetchall():
        telling = trios_on(trios, people, chrom)
        immune = columns(_IMMUNE, chrom)
        loci = union(immune["start"].astype(np.int64), immune["end"].astype(np.int64))
        at_once = max(1, limits.derived_rows * people.size // max(3 * events, 1))
        for first in range(0, len(telling), at_once):
            part = telling.part(first, first + at_once)
            members = distinct(np.concatenate([part.child, part.father, part.mother]))
            con.execute(
                "CREATE OR REPLACE TEMP TABLE members_of_trios AS SELECT unnest($members)::UINTEGER AS sample_id",
                {"members": members.tolist()},
            )
            yield count_trios, columns(_MEMBERS, chrom), part, people, chrom, (loci.start, loci.end)


def _complete_losses(people: People, chrom: str, calls: Columns, genes: Genes) -> pl.DataFrame:
    """The table `gene_complete_losses` of a chromosome, of calls without a copy."""
    counts = people.present(chrom) & people.unrelated
    mine = counts[calls["sample"]]
    sample, start, end, inner_start, inner_end = (
        calls[name][mine].astype(np.int64) for name in ("sample", "start", "end", "inner_start", "inner_end")
    )
    drawn_in = inner_end > inner_start
    pairs = [
        (genes.piece_gene[piece], sample[drawn_in][call])
        for call, piece in touching(inner_start[drawn_in], inner_end[drawn_in], genes.piece_start, genes.piece_end)
        if len(call)
    ]
    pairs = [(gene[has], who[has]) for gene, who in pairs for has in [genes.has_transcript[gene]]]
    whole = np.flatnonzero(~genes.has_transcript)
    pairs += [(whole[gene], sample[call]) for call, gene in touching(start, end, genes.start[whole], genes.end[whole])]
    if not pairs:
        return pl.DataFrame()
    gene, who = (np.concatenate(values) for values in zip(*pairs, strict=True))
    carriers = np.unique(gene * people.size + who)
    codes = [*people.superpopulations, "all"]
    both = (carriers // people.size) * len(codes) + people.superpopulation[carriers % people.size]
    everyone = (carriers // people.size) * len(codes) + len(codes) - 1
    cell, number = np.unique(np.concatenate([both, everyone]), return_counts=True)
    return pl.DataFrame(
        {
            "gene_id": genes.gene_id.gather(pl.Series(cell // len(codes))),
            "superpopulation": pl.Series(codes, dtype=pl.String).gather(pl.Series(cell % len(codes))),
            "carriers": number,
        }
    ).sort("gene_id", "superpopulation")
