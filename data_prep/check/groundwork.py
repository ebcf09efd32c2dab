"""What sites and differences are compared with: who counts, members, exact intervals, and which of them fit which site.

Temporary tables beside the database, made once and from events, samples and marks alone. Pairs of intervals are found by
equal cells of a grid whose width is the length's power of two, so that no join looks at all pairs.
"""

from typing import Final

import duckdb

from data_prep.check.invariant import TOLERANCE

COUNTING: Final = """
    CREATE TEMP TABLE counting AS
    SELECT k.chrom, s.sample_id, s.population, s.superpopulation, s.sex, s.unrelated, m.sample_id IS NOT NULL AS outlier
    FROM samples s CROSS JOIN chromosomes k
    LEFT JOIN (SELECT DISTINCT sample_id, chrom FROM marked_samples) m ON m.sample_id = s.sample_id AND m.chrom = k.chrom
    WHERE s.counted AND (k.chrom NOT IN ('chrX', 'chrY') OR NOT s.sex_mismatch) AND (k.chrom != 'chrY' OR s.sex IS NOT DISTINCT FROM 'XY')
"""
"""One row a person and chromosome on which that person has a place in denominators (R2, R5, R11)."""

MEMBERS: Final = """
    CREATE TEMP TABLE members AS
    SELECT e.chrom, e.start, e."end", e.direction, e.sample_id, e.copy_number, e.expected_copy_number, e.bins, e.site_id
    FROM events e JOIN counting c ON c.chrom = e.chrom AND c.sample_id = e.sample_id
    WHERE e.credible AND e.direction IN ('loss', 'gain') AND NOT c.outlier
"""
"""One row an event that takes part in the making of sites (R9)."""

INTERVALS: Final = """
    CREATE TEMP TABLE intervals AS
    SELECT row_number() OVER () AS interval_id, e.*, coalesce(m.carriers, 0) AS carriers FROM (
        SELECT chrom, direction, start, "end", min(site_id) AS site_id, max(site_id) AS other_site_id, count(*) AS events,
            count(site_id) AS placed
        FROM events WHERE direction IN ('loss', 'gain') GROUP BY ALL
    ) e
    LEFT JOIN (SELECT chrom, direction, start, "end", count(DISTINCT sample_id) AS carriers FROM members GROUP BY ALL) m
        USING (chrom, direction, start, "end")
"""
"""One row an exact interval and direction of any event; `carriers` are people with a member of it, 0 where it is nobody's member."""

FOUNDED: Final = """
    CREATE TEMP TABLE founded AS
    SELECT s.site_id, s.chrom, s.direction, s.start, s."end", i.interval_id, coalesce(i.carriers, 0) AS carriers,
        row_number() OVER (PARTITION BY s.chrom, s.direction ORDER BY coalesce(i.carriers, 0) DESC, s.start, s."end") AS turn
    FROM sites s LEFT JOIN intervals i ON i.chrom = s.chrom AND i.direction = s.direction AND i.start = s.start AND i."end" = s."end"
"""
"""One row a site, with its turn in the order of founding (R9), worked out from the events and not from `sites.founders`."""

FITS: Final = """
    CREATE TEMP TABLE fits AS
    WITH sized AS (
        SELECT interval_id, chrom, direction, start, "end", floor(log2("end" - start))::INTEGER AS width FROM intervals WHERE start >= 0 AND "end" > start
    ),
    probes AS (
        SELECT i.interval_id, i.chrom, i.direction, i.start, i."end", i.width + step AS width,
            unnest(generate_series(greatest(0, start - (1 << (i.width + step))) >> (i.width + step), (start + ("end" - start) // 2) >> (i.width + step))) AS cell
        FROM sized i, (VALUES (-1), (0), (1)) steps(step) WHERE i.width + step >= 0
    ),
    homes AS (
        SELECT *, floor(log2("end" - start))::INTEGER AS width, start >> floor(log2("end" - start))::INTEGER AS cell
        FROM founded WHERE "end" > start AND start >= 0
    )
    SELECT p.interval_id, h.site_id, p.direction = h.direction AS alike, h.turn,
        (least(p."end", h."end") - greatest(p.start, h.start)) / greatest(p."end" - p.start, h."end" - h.start) AS share
    FROM probes p JOIN homes h ON h.chrom = p.chrom AND h.width = p.width AND h.cell = p.cell
    WHERE 2 * (least(p."end", h."end") - greatest(p.start, h.start)) >= greatest(p."end" - p.start, h."end" - h.start)
"""
"""One row an interval and site, of the same direction or not, whose reciprocal overlap is 0.5 or more.

Only lengths within a factor of two can fit, and of those a site begins at most half its own length before the interval
and at most half the interval's length after its start."""


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables and macros that the invariants of sites and differences name."""
    for statement in (*TOLERANCE.split(";"), COUNTING, MEMBERS, INTERVALS, FOUNDED, FITS):
        con.execute(statement)
