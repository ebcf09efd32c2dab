"""Who is left out on which chromosome (rule R11): large events as of cell culture, and whole X and Y."""

from typing import Final

import duckdb
import polars as pl

from data_prep.domain.levels import LARGE_EVENT
from data_prep.reading.sex import WHOLE, own_bases, own_sequence

LARGE_SHARE: Final = 0.1
"""Share of a chromosome's sequence from which events of one direction can mark it (R11)."""
MIXED_LOSS: Final = (0.58, 0.85)
MIXED_GAIN: Final = (1.15, 1.42)
"""Copy ratios, ends included, of a change in some of the cells alone, where two copies are expected (R11)."""
MIXED_SINGLE: Final = (0.15, 1.85)
"""Least ratio of such a loss and largest of such a gain where one copy is expected."""
RATIO_SLACK: Final = 1e-6
"""Copy ratios are 32-bit floats: one written as 0.85 must still be so."""
LARGEST_TOGETHER: Final = 10_000_000
"""Bases of one direction together that mark a chromosome whatever their copy ratio (R11)."""
LARGEST_SHARE: Final = 0.5
"""Share of a chromosome's bases outside problem regions that does so too."""


MARK: Final = f"""
    INSERT INTO marked_samples
    WITH dense AS (
        SELECT event_id, sample_id, chrom, start, "end", direction, bins, copy_ratio::DOUBLE AS ratio, coalesce(expected_copy_number, 2) = 1 AS single
        FROM events WHERE pass AND direction IN ('loss', 'gain') AND bins * 1000.0 >= 0.5 * ("end" - start)
    ),
    suspects AS (
        SELECT sample_id, chrom, direction FROM dense JOIN chromosomes c USING (chrom) GROUP BY sample_id, chrom, direction
        HAVING max("end" - start) > {LARGE_EVENT} OR sum("end" - start) > {LARGE_SHARE} * any_value(c.sequenced)
    ),
    troubled AS (
        SELECT chrom, min(start) AS start, max("end") AS "end" FROM (
            SELECT *, sum(fresh) OVER (PARTITION BY chrom ORDER BY start, "end") AS island FROM (
                SELECT chrom, start, "end", CASE WHEN start > max("end") OVER (PARTITION BY chrom ORDER BY start, "end"
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 1 ELSE 0 END AS fresh FROM problem_regions))
        GROUP BY chrom, island
    ),
    open_bases AS (
        SELECT chrom, c.sequenced, c.length - coalesce(sum(t."end" - t.start), 0) AS open
        FROM chromosomes c LEFT JOIN troubled t USING (chrom) GROUP BY chrom, c.sequenced, c.length
    ),
    covered AS (
        SELECT d.event_id, sum(least(d."end", t."end") - greatest(d.start, t.start)) AS bases FROM dense d JOIN suspects USING (sample_id, chrom, direction)
        JOIN troubled t ON t.chrom = d.chrom AND t.start < d."end" AND t."end" > d.start GROUP BY d.event_id
    ),
    measured AS (
        SELECT d.*, coalesce(covered.bases, 0) < 0.5 * (d."end" - d.start) AS outside, CASE
                WHEN d.direction = 'loss' THEN ratio BETWEEN CASE WHEN single THEN {MIXED_SINGLE[0]} ELSE {MIXED_LOSS[0]} END - {RATIO_SLACK} AND {MIXED_LOSS[1]} + {RATIO_SLACK}
                ELSE ratio BETWEEN {MIXED_GAIN[0]} - {RATIO_SLACK} AND CASE WHEN single THEN {MIXED_SINGLE[1]} ELSE {MIXED_GAIN[1]} END + {RATIO_SLACK} END AS mixed
        FROM dense d JOIN suspects USING (sample_id, chrom, direction) LEFT JOIN covered USING (event_id)
    ),
    lanes AS (
        SELECT *, greatest(start, coalesce(max("end") OVER (PARTITION BY sample_id, chrom, direction ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS fresh FROM measured WHERE outside
    ),
    every AS (
        SELECT *, greatest(start, coalesce(max("end") OVER (PARTITION BY sample_id, chrom, direction ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS fresh FROM measured
    ),
    pieces AS (
        SELECT l.sample_id, l.chrom, l.direction, sum(least(l."end", t."end") - greatest(l.fresh, t.start)) AS bases FROM every l
        JOIN troubled t ON t.chrom = l.chrom AND t.start < l."end" AND t."end" > l.fresh GROUP BY ALL
    ),
    sums AS (
        SELECT sample_id, chrom, direction, count(*) AS events, max("end" - start) AS longest, sum(greatest("end" - fresh, 0)) AS bases,
            sum(ratio * bins) / sum(bins) FILTER (ratio IS NOT NULL) AS ratio, bool_and(single) AS single,
            max("end" - start) FILTER (mixed AND "end" - start > {LARGE_EVENT}) AS mixed_event,
            arg_max(ratio, "end" - start) FILTER (mixed AND "end" - start > {LARGE_EVENT}) AS mixed_ratio
        FROM lanes GROUP BY sample_id, chrom, direction
    ),
    whole AS (
        SELECT sample_id, chrom, direction, count(*) AS events, max("end" - start) AS longest, sum(greatest("end" - fresh, 0)) AS bases
        FROM every GROUP BY sample_id, chrom, direction
    ),
    found AS (
        SELECT w.sample_id, w.chrom, w.direction, s.events, s.longest, s.bases, s.ratio, s.mixed_event, s.mixed_ratio, o.sequenced,
            w.events AS all_events, w.longest AS all_longest, w.bases AS all_bases, s.bases > {LARGE_SHARE} * o.sequenced AS is_share,
            CASE WHEN direction = 'loss' THEN ratio BETWEEN CASE WHEN single THEN {MIXED_SINGLE[0]} ELSE {MIXED_LOSS[0]} END - {RATIO_SLACK} AND {MIXED_LOSS[1]} + {RATIO_SLACK}
                ELSE ratio BETWEEN {MIXED_GAIN[0]} - {RATIO_SLACK} AND CASE WHEN single THEN {MIXED_SINGLE[1]} ELSE {MIXED_GAIN[1]} END + {RATIO_SLACK} END AS is_mixed,
            s.longest > {LARGE_EVENT} OR s.bases > {LARGE_SHARE} * o.sequenced AS is_large, (w.bases - coalesce(p.bases, 0)) / o.open AS share_open
        FROM whole w JOIN open_bases o USING (chrom) LEFT JOIN pieces p USING (sample_id, chrom, direction) LEFT JOIN sums s USING (sample_id, chrom, direction)
    ),
    told AS (
        SELECT *, list_filter([
            CASE WHEN mixed_event IS NOT NULL THEN
                format('one {{}} of {{:.1f}} Mb at copy ratio {{:.2f}}, that of a mixture of cells', direction, mixed_event / 1e6, mixed_ratio) END,
            CASE WHEN is_share AND is_mixed AND (events > 1 OR mixed_event IS NULL) THEN
                format('{{}} of {{:.1f}} Mb together at copy ratio {{:.2f}}, that of a mixture of cells', counted, bases / 1e6, ratio) END,
            CASE WHEN is_large AND bases > {LARGEST_TOGETHER} THEN
                format('{{}} of {{:.1f}} Mb together: longer than any known variant of healthy people', counted, bases / 1e6) END,
            CASE WHEN share_open > {LARGEST_SHARE} THEN
                format('{{}} over {{:.0f}} % of the chromosome outside problem regions', all_counted, floor(100 * share_open)) END
        ], lambda reason: reason IS NOT NULL) AS reasons
        FROM (SELECT *, format('{{}} {{}}', events, CASE WHEN events = 1 THEN direction::VARCHAR ELSE plural END) AS counted,
            format('{{}} {{}}', all_events, CASE WHEN all_events = 1 THEN direction::VARCHAR ELSE plural END) AS all_counted
            FROM (SELECT *, CASE direction WHEN 'loss' THEN 'losses' ELSE 'gains' END AS plural FROM found))
    )
    SELECT sample_id, chrom, direction, array_to_string(reasons, '; '), CASE WHEN share_open > {LARGEST_SHARE} THEN all_events ELSE events END,
        CASE WHEN share_open > {LARGEST_SHARE} THEN all_longest ELSE longest END,
        CASE WHEN share_open > {LARGEST_SHARE} THEN all_bases ELSE bases END, CASE WHEN share_open > {LARGEST_SHARE} THEN all_bases ELSE bases END / sequenced
    FROM told WHERE len(reasons) > 0
    ORDER BY sample_id, chrom, direction
"""
"""Samples with large events on a chromosome, probably from cell culture (R11), with the reasons in words.

Asked are passing events of 0.5 bins per kb or more, of which less than half lies in problem regions: one over `LARGE_EVENT`,
or over `LARGE_SHARE` of the chromosome's sequence together. They mark where their copy ratio (of the one, or the
bin-weighted mean of all) is that of a mixture of cells, and at any ratio, or none, over `LARGEST_TOGETHER`: a variant that a
person was born with is no longer. Over `LARGEST_SHARE` of the sequence outside problem regions they do too, and there
every passing, dense event counts with its bases outside: half of Y's own sequence lies in problem regions, and one event
over all of it, mostly within them, must not escape."""


WHOLE_CHROMOSOMES: Final = (
    ("XX", "chrX", "loss", 1, "one X: X0 or a man"),
    ("XY", "chrX", "gain", 2, "two X: XXY or a woman"),
    ("XY", "chrY", "loss", 0, "no Y: lost, or a woman"),
)
"""Recorded sex, chromosome, direction and copies over more than half of a chromosome's own sequence; and what that may mean."""

_WHOLE: Final = """
    CREATE TEMP TABLE whole_chromosomes AS
    WITH pieces AS (
        SELECT c.sample_id, c.event_id, e."end" - e.start AS event_length, greatest(c.start, o.start) AS start,
            least(c."end", o."end") AS "end"
        FROM (SELECT * FROM calls WHERE chrom = $chrom::chrom AND direction = $direction::direction AND copy_number = $copies) c
        JOIN (SELECT event_id, start, "end" FROM events WHERE chrom = $chrom::chrom AND direction = $direction::direction AND credible) e
            USING (event_id)
        JOIN (SELECT sample_id FROM samples WHERE counted AND sex = $sex::karyotype_sex) s ON s.sample_id = c.sample_id
        JOIN own_sequence o ON o.start < c."end" AND o."end" > c.start
    ),
    reach AS (
        SELECT *, coalesce(max("end") OVER (PARTITION BY sample_id ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached FROM pieces
    ),
    sums AS (
        SELECT sample_id, sum(greatest("end" - greatest(start, reached), 0)) AS bases, count(DISTINCT event_id) AS events,
            max(event_length) AS longest
        FROM reach GROUP BY sample_id
    )
    SELECT sample_id, bases, events, longest
    FROM sums WHERE bases * $denominator > $numerator * $own
"""


def mark_whole_chromosomes(con: duckdb.DuckDBPyConnection) -> None:
    """Marks who has one X where two are expected, two where one is, or no Y, with that as the reason (R2, R11).

    It is said instead of what marks a chromosome for the size of its events alone.
    """
    for sex, chrom, direction, copies, reason in WHOLE_CHROMOSOMES:
        start, end = own_sequence(chrom)
        con.register("own_sequence", pl.DataFrame({"start": start, "end": end}).to_arrow())
        values = {"sex": sex, "chrom": chrom, "direction": direction, "copies": copies}
        con.execute(_WHOLE, values | {"numerator": WHOLE[0], "denominator": WHOLE[1], "own": own_bases(chrom)})
        con.unregister("own_sequence")
        place = {"chrom": chrom, "direction": direction}
        con.execute(
            "DELETE FROM marked_samples WHERE chrom = $chrom::chrom AND direction = $direction::direction "
            "AND sample_id IN (SELECT sample_id FROM whole_chromosomes)",
            place,
        )
        con.execute(
            "INSERT INTO marked_samples SELECT sample_id, $chrom, $direction, $reason, events, longest, w.bases, "
            "w.bases / c.sequenced FROM whole_chromosomes w, chromosomes c WHERE c.chrom = $chrom::chrom ORDER BY sample_id",
            place | {"reason": reason},
        )
        con.execute("DROP TABLE whole_chromosomes")


def mark_samples(con: duckdb.DuckDBPyConnection) -> None:
    """Fills `marked_samples` from the events."""
    con.execute(MARK)
    mark_whole_chromosomes(con)
