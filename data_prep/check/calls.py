"""What must hold of files, calls, events, segments, people, genes and marks (rules R1 to R5, R7, R11, R12).

Written against the rules and not against the code that builds, in other words and where possible by another way.
"""

from typing import Final

from data_prep.check.invariant import Invariant
from data_prep.reading.dialects import DIALECTS, ends_of
from data_prep.reading.dialects.merged import Merged
from data_prep.reading.dialects.records import Ends

_EXACT, _ON_BINS = (
    ", ".join(f"'{dialect.name}'" for dialect in DIALECTS.values() if ends_of(dialect) is ends) or "NULL"
    for ends in (Ends.EXACT, Ends.BINS)
)
"""Dialects that place ends by split reads or assembly, and on read-depth bins; of the others nobody knows."""
_JOINING: Final = ", ".join(f"'{dialect.name}'" for dialect in DIALECTS.values() if dialect.joins)
"""Dialects whose abutting calls are joined; the others' calls are events of their own. In a file of several callers those
that cut events into pieces count bins, and the others do not."""

_STATING: Final = ", ".join(f"'{dialect.name}'" for dialect in DIALECTS.values() if dialect.plain.by_genotype)
"""Dialects whose genotypes state how many copies are expected (R2)."""

_KINDS_ON_Y: Final = (
    "'gap', 'telomere', 'par', 'centromere', 'pericentromere', 'ampliconic-y', 'x-transposed', 'immune-locus', 'blind'"
)
_KINDS_ON_X: Final = "'gap', 'telomere', 'par'"


def _own_bases(chrom: str, kinds: str, of: str) -> str:
    """SQL: `sample_id` and `bases`, those that intervals cover of a chromosome's own sequence, and `own`, all of them.

    `of`: SQL of rows sample_id, start, "end". What is covered is what intervals and the regions left out cover together,
    less these alone: another way than that of the build, which cuts the intervals.
    """
    return f"""
        WITH left_out AS (SELECT start, "end" FROM problem_regions WHERE chrom = '{chrom}' AND kind IN ({kinds})),
        mine AS ({of}),
        people AS (SELECT DISTINCT sample_id FROM mine),
        together AS (SELECT sample_id, start, "end" FROM mine UNION ALL SELECT sample_id, start, "end" FROM people, left_out
            UNION ALL SELECT -1, start, "end" FROM left_out),
        reach AS (SELECT *, max("end") OVER (PARTITION BY sample_id ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM together),
        unions AS (SELECT sample_id, sum(greatest(0, "end" - greatest(start, coalesce(reached, start)))) AS bases FROM reach GROUP BY sample_id),
        nobody AS (SELECT bases FROM unions WHERE sample_id = -1),
        shares AS (SELECT u.sample_id, u.bases - n.bases AS bases, k.length - n.bases AS own
            FROM unions u, nobody n, chromosomes k WHERE k.chrom = '{chrom}' AND u.sample_id >= 0)
    """


_ON_Y: Final = _own_bases(
    "chrY",
    _KINDS_ON_Y,
    """SELECT c.sample_id::BIGINT AS sample_id, c.start, c."end" FROM calls c JOIN events e USING (event_id)
       WHERE c.chrom = 'chrY' AND c.copy_number >= 1 AND e.credible""",
)
_BY_PLOIDY: Final = """SELECT c.sample_id::BIGINT AS sample_id, c.start, c."end" FROM calls c
       WHERE c.chrom = 'chrX' AND regexp_matches(c.genotype, '{pattern}') AND EXISTS (SELECT 1 FROM file_samples s JOIN files f USING (file_id)
           WHERE s.sample_id = c.sample_id AND f.dialect IN ({stating}))"""
_HAPLOID: Final = _own_bases("chrX", _KINDS_ON_X, _BY_PLOIDY.format(pattern="^[0-9]+$", stating=_STATING))
_DIPLOID: Final = _own_bases("chrX", _KINDS_ON_X, _BY_PLOIDY.format(pattern="[0-9.][/|][0-9.]", stating=_STATING))


def _whole(sex: str, chrom: str, kinds: str, direction: str, copies: int, reason: str) -> str:
    """SQL: people who have these copies over more than half of a chromosome and no such mark, or the mark without them."""
    of = f"""SELECT c.sample_id::BIGINT AS sample_id, c.start, c."end" FROM calls c JOIN events e USING (event_id) JOIN samples s ON s.sample_id = c.sample_id
             WHERE c.chrom = '{chrom}' AND c.copy_number = {copies} AND c.direction = '{direction}' AND e.credible AND s.sex = '{sex}'"""
    return f"""(SELECT count(*) FROM (
        (SELECT sample_id FROM ({_own_bases(chrom, kinds, of)} SELECT sample_id FROM shares WHERE 2 * bases > own)) w
        FULL JOIN (SELECT sample_id::BIGINT AS marked FROM marked_samples
            WHERE chrom = '{chrom}' AND direction = '{direction}' AND reason = '{reason}') m ON m.marked = w.sample_id)
        WHERE sample_id IS NULL OR marked IS NULL)"""


_WHOLE: Final = (
    ("XX", "chrX", _KINDS_ON_X, "loss", 1, "one X: X0 or a man"),
    ("XY", "chrX", _KINDS_ON_X, "gain", 2, "two X: XXY or a woman"),
    ("XY", "chrY", _KINDS_ON_Y, "loss", 0, "no Y: lost, or a woman"),
)
_WHOLE_REASONS: Final = ", ".join(f"'{row[-1]}'" for row in _WHOLE)

_MIXED: Final = """CASE WHEN direction = 'loss' AND single THEN ratio >= 0.149999 AND ratio <= 0.850001 WHEN direction = 'loss' THEN ratio >= 0.579999 AND ratio <= 0.850001
                WHEN single THEN ratio >= 1.149999 AND ratio <= 1.850001 ELSE ratio >= 1.149999 AND ratio <= 1.420001 END"""
"""Whether a copy ratio is that of a mixture of cells (R11), over one expected copy or over two."""

_LARGE: Final = f"""
           dense AS (
               SELECT e.*, coalesce(e.expected_copy_number = 1, false) AS single, e.copy_ratio AS ratio FROM events e
               WHERE pass AND direction IN ('loss', 'gain') AND 2000 * bins::BIGINT >= "end" - start
           ),
           mine AS (
               SELECT d.* FROM dense d SEMI JOIN (
                   SELECT sample_id, chrom, direction FROM dense JOIN chromosomes USING (chrom) GROUP BY ALL
                   HAVING max("end" - start) > 3000000 OR 10 * sum("end" - start) > max(sequenced)
               ) USING (sample_id, chrom, direction)
           ),
           inside AS (
               SELECT event_id, sum(greatest(0, last - greatest(first, coalesce(reached, first)))) AS bases FROM (
                   SELECT *, max(last) OVER (PARTITION BY event_id ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM (
                       SELECT event_id, greatest(m.start, p.start) AS first, least(m."end", p."end") AS last FROM mine m
                       JOIN problem_regions p ON p.chrom = m.chrom AND p.start < m."end" AND p."end" > m.start))
               GROUP BY event_id
           ),
           told AS (SELECT m.*, 2 * coalesce(i.bases, 0) < m."end" - m.start AS outside FROM mine m LEFT JOIN inside i USING (event_id)),
           lanes AS (SELECT DISTINCT sample_id, chrom, direction FROM told),
           ends AS (
               SELECT sample_id, chrom, direction, start AS place, 1 AS over, outside::INTEGER AS clear, 0 AS trouble FROM told
               UNION ALL SELECT sample_id, chrom, direction, "end", -1, -outside::INTEGER, 0 FROM told
               UNION ALL SELECT sample_id, chrom, direction, start, 0, 0, 1 FROM lanes JOIN problem_regions USING (chrom)
               UNION ALL SELECT sample_id, chrom, direction, "end", 0, 0, -1 FROM lanes JOIN problem_regions USING (chrom)
               UNION ALL SELECT sample_id, chrom, direction, unnest([0, length]), 0, 0, 0 FROM lanes JOIN chromosomes USING (chrom)
           ),
           runs AS (
               SELECT *, sum(over) OVER along AS depth, sum(clear) OVER along AS clear_depth, sum(trouble) OVER along AS hidden, lead(place) OVER along - place AS bases
               FROM (SELECT sample_id, chrom, direction, place, sum(over) AS over, sum(clear) AS clear, sum(trouble) AS trouble FROM ends GROUP BY ALL)
               WINDOW along AS (PARTITION BY sample_id, chrom, direction ORDER BY place)
           ),
           covered AS (
               SELECT sample_id, chrom, direction, coalesce(sum(bases) FILTER (depth > 0), 0) AS bases, coalesce(sum(bases) FILTER (clear_depth > 0), 0) AS clear_bases, coalesce(sum(bases) FILTER (depth > 0 AND hidden = 0), 0) AS seen,
                   sum(bases) FILTER (hidden = 0) AS open FROM runs GROUP BY ALL
           ),
           together AS (
               SELECT sample_id, chrom, direction, count(*) AS events, max("end" - start) AS longest, count(*) FILTER (outside) AS clear_events,
                   max("end" - start) FILTER (outside) AS clear_longest, bool_and(single) FILTER (outside) AS single,
                   sum(copy_ratio::DOUBLE * bins) FILTER (outside) / sum(CASE WHEN copy_ratio IS NOT NULL THEN bins END) FILTER (outside) AS ratio,
                   coalesce(bool_or(outside AND "end" - start > 3000000 AND {_MIXED}), false) AS one_mixed
               FROM told GROUP BY ALL
           ),
           large AS (
               SELECT sample_id, chrom, direction, k.sequenced, 2 * seen > open AS half, CASE WHEN half THEN events ELSE clear_events END AS events,
                   CASE WHEN half THEN longest ELSE clear_longest END AS longest, CASE WHEN half THEN bases ELSE clear_bases END AS bases,
                   half OR coalesce(clear_longest > 3000000 OR 10 * clear_bases > sequenced, false)
                   AND (one_mixed OR (10 * clear_bases > sequenced AND coalesce({_MIXED}, false)) OR clear_bases > 10000000) AS marks
               FROM together t JOIN covered c USING (sample_id, chrom, direction) JOIN chromosomes k USING (chrom)
           )"""
"""One row a person, chromosome and direction with events of the least size that can mark; `marks`: whether they do (R11).

Bases are counted by a sweep over the ends of events and problem regions together."""

INVARIANTS: Final = (
    Invariant(
        "R12",
        "every record of a file that was read is a call, a reference row or skipped, in each of its samples and in all",
        "SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM file_samples)",
        """SELECT (SELECT count(*) FROM file_samples WHERE records != calls + reference_rows + skipped)
              + (SELECT count(*) FROM files f LEFT JOIN (SELECT file_id, sum(records) AS records, sum(calls) AS calls,
                     sum(reference_rows) AS reference_rows, sum(skipped) AS skipped FROM file_samples GROUP BY file_id) s USING (file_id)
                 WHERE f.records != f.calls + f.reference_rows + f.skipped OR f.records != coalesce(s.records, 0)
                    OR f.calls != coalesce(s.calls, 0) OR f.reference_rows != coalesce(s.reference_rows, 0) OR f.skipped != coalesce(s.skipped, 0))""",
    ),
    Invariant(
        "R12",
        "a file's calls are in the table of calls, to the last one",
        "SELECT count(*) FROM file_samples WHERE sample_id IS NOT NULL",
        """SELECT count(*) FROM (SELECT sample_id, sum(calls) AS calls FROM file_samples WHERE sample_id IS NOT NULL GROUP BY sample_id) f
           FULL JOIN (SELECT sample_id, count(*) AS calls FROM calls GROUP BY sample_id) c USING (sample_id)
           WHERE coalesce(f.calls, 0) != coalesce(c.calls, 0)""",
    ),
    Invariant(
        "R12",
        "skipped records add up by reason, file and sample",
        "SELECT coalesce(sum(records), 0)::BIGINT FROM skipped_records",
        """SELECT coalesce(sum(abs(coalesce(s.records, 0) - coalesce(f.skipped, 0))), 0)::BIGINT
           FROM (SELECT file_id, sample_id, sum(records) AS records FROM skipped_records GROUP BY ALL) s
           FULL JOIN (SELECT file_id, sample_id, skipped FROM file_samples WHERE sample_id IS NOT NULL) f USING (file_id, sample_id)""",
    ),
    Invariant(
        "R12",
        "refused and duplicate files, and samples not taken from one, have no sample and no record here, and say why",
        "SELECT (SELECT count(*) FROM files WHERE status != 'read') + (SELECT count(*) FROM file_samples WHERE status != 'read')",
        """SELECT (SELECT count(*) FROM files WHERE status != 'read' AND (sample_id IS NOT NULL OR message IS NULL))
              + (SELECT count(*) FROM file_samples s JOIN files f USING (file_id)
                 WHERE (s.sample_id IS NULL OR f.status != 'read') AND (s.sample_id IS NOT NULL OR s.status = 'read' OR s.records != 0 OR s.message IS NULL))""",
    ),
    Invariant(
        "R3",
        "every call is part of exactly one event, of its own sample, chromosome and direction, and lies within it",
        "SELECT count(*) FROM calls",
        """SELECT count(*) FROM calls c LEFT JOIN events e USING (event_id)
           WHERE e.event_id IS NULL OR e.sample_id != c.sample_id OR e.chrom != c.chrom OR e.direction != c.direction
              OR c.start < e.start OR c."end" > e."end" """,
    ),
    Invariant(
        "R3",
        "every event is one row, and is made of the calls it says: as many, from end to end, with no hole",
        "SELECT count(*) FROM events",
        """SELECT count(*) FROM events e LEFT JOIN (
               SELECT event_id, count(*) AS parts, min(start) AS start, max("end") AS "end", sum("end" - start) AS bases FROM calls GROUP BY event_id
           ) c USING (event_id)
           WHERE c.event_id IS NULL OR e.parts != c.parts OR e.start != c.start OR e."end" != c."end" OR c.bases < e."end" - e.start
              OR (SELECT count(*) != count(DISTINCT event_id) FROM events)""",
    ),
    Invariant(
        "R3",
        "abutting calls of one sample and direction stand in different events only at a step between solid sides",
        "SELECT count(*) FROM calls",
        f"""SELECT count(*) FROM calls a JOIN calls b ON a.sample_id = b.sample_id AND a.chrom = b.chrom AND a."end" = b.start
             AND a.direction = b.direction
             AND EXISTS (SELECT 1 FROM file_samples s JOIN files f USING (file_id)
               WHERE s.sample_id = a.sample_id AND s.status = 'read' AND f.dialect IN ({_JOINING})
                 AND (f.dialect != '{Merged.name}' OR (a.bins IS NOT NULL AND b.bins IS NOT NULL)))
           WHERE a.event_id != b.event_id
             AND NOT (a.copy_number IS DISTINCT FROM b.copy_number AND coalesce(a.bins, 0) >= 3 AND coalesce(b.bins, 0) >= 3)""",
    ),
    Invariant(
        "R3",
        "an event's copy number is that of its call with most bins, of two the one farther from the expected",
        "SELECT count(*) FROM events WHERE parts > 1",
        """SELECT count(*) FROM events e WHERE parts > 1 AND NOT EXISTS (
             SELECT 1 FROM calls c WHERE c.event_id = e.event_id AND c.copy_number IS NOT DISTINCT FROM e.copy_number AND c.class = e.class
               AND NOT EXISTS (SELECT 1 FROM calls d WHERE d.event_id = c.event_id AND (coalesce(d.bins, 0) > coalesce(c.bins, 0)
                 OR (coalesce(d.bins, 0) = coalesce(c.bins, 0)
                     AND abs(d.copy_number - d.expected_copy_number) > abs(c.copy_number - c.expected_copy_number)))))""",
    ),
    Invariant(
        "R3",
        "segments of one sample and direction do not overlap",
        "SELECT count(*) FROM segments",
        """SELECT count(*) FROM (SELECT start < max("end") OVER (PARTITION BY sample_id, chrom, direction ORDER BY start
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS crossed FROM segments) WHERE crossed""",
    ),
    Invariant(
        "R8",
        "segments cover what the events cover, at every level: the bases of each sample and direction are the same",
        "SELECT count(DISTINCT sample_id) FROM events",
        """WITH levels AS (SELECT unnest(['all', 'sensitive', 'credible', 'pass']) AS level),
           e AS (SELECT level, sample_id, chrom, direction, start, "end" FROM events, levels
                 WHERE direction IN ('loss', 'gain') AND CASE level WHEN 'sensitive' THEN sensitive WHEN 'credible' THEN credible WHEN 'pass' THEN pass ELSE true END),
           reach AS (SELECT *, max("end") OVER (PARTITION BY level, sample_id, chrom, direction ORDER BY start, "end"
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM e),
           covered AS (SELECT level, sample_id, direction,
                 sum(greatest(0, "end" - greatest(start, coalesce(reached, start)))) AS bases FROM reach GROUP BY ALL),
           cut AS (SELECT level, sample_id, direction, sum("end" - start) AS bases FROM segments, levels
                 WHERE CASE level WHEN 'sensitive' THEN sensitive WHEN 'credible' THEN credible WHEN 'pass' THEN pass ELSE true END GROUP BY ALL)
           SELECT count(*) FROM covered FULL JOIN cut USING (level, sample_id, direction)
           WHERE coalesce(covered.bases, 0) != coalesce(cut.bases, 0)""",
    ),
    Invariant(
        "R1",
        "no call, event or segment lies outside its chromosome, and each has a length",
        "SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM events) + (SELECT count(*) FROM segments)",
        """SELECT count(*) FROM (SELECT chrom, start, "end" FROM calls UNION ALL SELECT chrom, start, "end" FROM events
             UNION ALL SELECT chrom, start, "end" FROM segments) JOIN chromosomes k USING (chrom)
           WHERE start < 0 OR "end" <= start OR "end" > k.length""",
    ),
    Invariant(
        "R2",
        "the class of a call or event agrees with its copy number and the expected one",
        "SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM events)",
        """SELECT count(*) FROM (SELECT class, direction, copy_number AS n, expected_copy_number AS x, chrom, sample_id FROM calls
             UNION ALL SELECT class, direction, copy_number, expected_copy_number, chrom, sample_id FROM events)
           WHERE CASE class
             WHEN 'complete-loss' THEN NOT (n = 0 AND x > 0 AND direction = 'loss')
             WHEN 'partial-loss' THEN NOT (n > 0 AND n < x AND direction = 'loss')
             WHEN 'low-gain' THEN NOT (n > x AND 2 * n < 5 * x AND direction = 'gain')
             WHEN 'high-gain' THEN NOT (n > x AND 2 * n >= 5 * x AND direction = 'gain')
             WHEN 'loss' THEN NOT ((n IS NULL OR x IS NULL) AND direction = 'loss')
             WHEN 'gain' THEN NOT ((n IS NULL OR x IS NULL) AND direction = 'gain')
             WHEN 'loh' THEN NOT ((n IS NULL OR x IS NULL OR n = x) AND direction = 'loh')
             WHEN 'unexpected' THEN NOT (x IS NULL AND chrom = 'chrY' AND direction = 'unexpected')
             ELSE true END IS NOT FALSE""",
    ),
    Invariant(
        "R4",
        "an event's levels agree with its filters, quality, copy ratio, bins and length, and with no value of its calls being unreadable",
        "SELECT count(*) FROM events",
        """SELECT count(*) FROM events LEFT JOIN (SELECT event_id, true AS unreadable FROM calls WHERE unreadable GROUP BY event_id) u USING (event_id)
           WHERE sensitive IS DISTINCT FROM (filters IN ('PASS', 'cnvLength') AND coalesce(quality >= 10, true)
                AND coalesce(copy_ratio <= 0.800001 OR copy_ratio >= 1.199999, true) AND u.unreadable IS NULL)
              OR credible IS DISTINCT FROM (sensitive AND coalesce(bins >= 2, true))
              OR pass IS DISTINCT FROM (credible AND filters = 'PASS')
              OR ("end" - start >= 10000 AND contains(filters, 'cnvLength'))""",
    ),
    Invariant(
        "R2",
        "who contradicts the recorded sex has a reason, and who has a reason contradicts it: the caller's statement is one, and others are those of the file",
        "SELECT count(*) FROM samples WHERE counted",
        """SELECT count(*) FROM samples s LEFT JOIN (SELECT sample_id, recorded_sex, caller_sex, contradicts_sex FROM file_samples WHERE status = 'read') f USING (sample_id)
           WHERE s.sex_mismatch IS DISTINCT FROM (s.sex_mismatch_reason IS NOT NULL)
              OR s.sex_mismatch IS DISTINCT FROM (coalesce(f.recorded_sex != f.caller_sex, false) OR f.contradicts_sex IS NOT NULL)
              OR NOT contains(coalesce(s.sex_mismatch_reason, ''), coalesce(f.contradicts_sex, ''))""",
    ),
    Invariant(
        "R2",
        "nobody of recorded sex XX has credible copies of a quarter of Y, nor XY or XX genotypes of the other ploidy over a tenth of X, without contradicting it",
        "SELECT count(*) FROM samples WHERE counted AND sex IS NOT NULL",
        f"""SELECT (SELECT count(*) FROM ({_ON_Y} SELECT sample_id FROM shares WHERE 4 * bases > own) JOIN samples s USING (sample_id)
                 JOIN file_samples f USING (sample_id) WHERE f.recorded_sex = 'XX' AND f.status = 'read' AND NOT contains(coalesce(f.contradicts_sex, ''), 'copies of Y'))
             + (SELECT count(*) FROM ({_HAPLOID} SELECT sample_id FROM shares WHERE 10 * bases > own) JOIN file_samples f USING (sample_id)
                 WHERE f.recorded_sex = 'XX' AND f.status = 'read' AND NOT contains(coalesce(f.contradicts_sex, ''), 'one allele'))
             + (SELECT count(*) FROM ({_DIPLOID} SELECT sample_id FROM shares WHERE 10 * bases > own) JOIN file_samples f USING (sample_id)
                 WHERE f.recorded_sex = 'XY' AND f.status = 'read' AND NOT contains(coalesce(f.contradicts_sex, ''), 'two alleles'))""",
    ),
    Invariant(
        "R2",
        "of files without reference rows and records left out, nobody contradicts the sex by copies of Y or genotypes that the calls do not have",
        "SELECT count(*) FROM file_samples WHERE status = 'read' AND contradicts_sex IS NOT NULL AND reference_rows = 0 AND skipped = 0",
        f"""SELECT (SELECT count(*) FROM file_samples f LEFT JOIN ({_ON_Y} SELECT sample_id FROM shares WHERE 4 * bases > own) y USING (sample_id)
                 WHERE f.status = 'read' AND f.reference_rows = 0 AND f.skipped = 0 AND contains(f.contradicts_sex, 'copies of Y') AND y.sample_id IS NULL)
             + (SELECT count(*) FROM file_samples f LEFT JOIN ({_HAPLOID} SELECT sample_id FROM shares WHERE 10 * bases > own) y USING (sample_id)
                 WHERE f.status = 'read' AND f.reference_rows = 0 AND f.skipped = 0 AND contains(f.contradicts_sex, 'one allele') AND y.sample_id IS NULL)
             + (SELECT count(*) FROM file_samples f LEFT JOIN ({_DIPLOID} SELECT sample_id FROM shares WHERE 10 * bases > own) y USING (sample_id)
                 WHERE f.status = 'read' AND f.reference_rows = 0 AND f.skipped = 0 AND contains(f.contradicts_sex, 'two alleles') AND y.sample_id IS NULL)""",
    ),
    Invariant(
        "R5",
        "no two samples have one number or one name",
        "SELECT count(*) FROM samples",
        "SELECT 2 * count(*) - count(DISTINCT sample_id) - count(DISTINCT sample) FROM samples",
    ),
    Invariant(
        "R7",
        "the inner ends of an event are its ends drawn in: by what its records say, half a mean bin or 500 bases, at most a third, none where calls abut",
        "SELECT count(*) FROM events",
        f"""WITH kinds AS (
               SELECT s.sample_id, CASE WHEN f.dialect IN ({_EXACT}) THEN 0 WHEN f.dialect NOT IN ({_ON_BINS}) THEN 500 END AS bases
               FROM file_samples s JOIN files f USING (file_id) WHERE s.sample_id IS NOT NULL AND s.status = 'read'
           ),
           said AS (
               SELECT e.event_id, max(c.inward_start) FILTER (c.start = e.start) AS at_start, max(c.inward_end) FILTER (c."end" = e."end") AS at_end
               FROM events e JOIN calls c USING (event_id) WHERE c.inward_start IS NOT NULL OR c.inward_end IS NOT NULL GROUP BY e.event_id
           ),
           places AS (SELECT DISTINCT sample_id, chrom, direction, start AS place FROM calls),
           meets AS (
               SELECT DISTINCT c.sample_id, c.chrom, c.direction, c."end" AS place FROM calls c
               JOIN places p ON p.sample_id = c.sample_id AND p.chrom = c.chrom AND p.direction = c.direction AND p.place = c."end"
           ),
           drawn AS (
               SELECT e.event_id, e.start, e."end", e.inner_start, e.inner_end, coalesce(k.bases, ("end" - start) / nullif(bins, 0) / 2, 500) AS otherwise,
                   ("end" - start) / 3 AS third, s.at_start, s.at_end, a.place IS NULL AS open_start, b.place IS NULL AS open_end
               FROM events e LEFT JOIN kinds k USING (sample_id) LEFT JOIN said s USING (event_id)
               LEFT JOIN meets a ON a.sample_id = e.sample_id AND a.chrom = e.chrom AND a.direction = e.direction AND a.place = e.start
               LEFT JOIN meets b ON b.sample_id = e.sample_id AND b.chrom = e.chrom AND b.direction = e.direction AND b.place = e."end"
           )
           SELECT count(*) FROM drawn
           WHERE inner_start IS DISTINCT FROM start + CASE WHEN open_start THEN floor(least(coalesce(at_start, otherwise), third)) ELSE 0 END
              OR inner_end IS DISTINCT FROM "end" - CASE WHEN open_end THEN floor(least(coalesce(at_end, otherwise), third)) ELSE 0 END""",
    ),
    Invariant(
        "R5",
        "samples are counted if, and only if, their file was read",
        "SELECT count(*) FROM samples",
        """SELECT count(*) FROM samples s WHERE counted != EXISTS (SELECT 1 FROM file_samples f WHERE f.sample_id = s.sample_id AND f.status = 'read')""",
    ),
    Invariant(
        "R5",
        "nobody has calls without being counted, and every population is listed under its super-population",
        "SELECT count(*) FROM samples",
        """SELECT (SELECT count(DISTINCT sample_id) FROM calls JOIN samples USING (sample_id) WHERE NOT counted)
                + (SELECT count(*) FROM samples s LEFT JOIN populations p USING (population)
                   LEFT JOIN superpopulations g ON g.superpopulation = s.superpopulation WHERE p.population IS NULL OR g.superpopulation IS NULL)""",
    ),
    Invariant(
        "R5",
        "callability counts no more samples than there are, in disjoint steps, and adds up to what each of them saw",
        "SELECT count(*) FROM callability",
        """SELECT (SELECT count(*) FROM (SELECT *, start < lag("end") OVER (PARTITION BY chrom ORDER BY start) AS crossed FROM callability)
                  WHERE crossed OR seen > samples OR seen = 0 OR "end" <= start)
              + (SELECT abs((SELECT coalesce(sum(seen::BIGINT * ("end" - start)), 0) FROM callability)
                  - (SELECT coalesce(sum("end" - start), 0) FROM seen JOIN samples USING (sample_id) WHERE chrom != 'chrY' OR sex = 'XY')))::BIGINT""",
    ),
    Invariant(
        "R7",
        "exons lie in their transcripts, coding parts in their exons, and coding bases add up",
        "SELECT count(*) FROM transcripts",
        """SELECT (SELECT count(*) FROM exons x JOIN transcripts t USING (transcript_id) WHERE x.start < t.start OR x."end" > t."end" OR x.chrom != t.chrom
                  OR coding_start < x.start OR coding_end > x."end" OR (coding_start IS NULL) != (coding_end IS NULL))
              + (SELECT count(*) FROM transcripts t LEFT JOIN (SELECT transcript_id, sum(coding_end - coding_start) AS bases FROM exons GROUP BY 1) x
                  USING (transcript_id) WHERE coalesce(x.bases, 0) != t.coding_bases)
              + (SELECT count(*) FROM genes g LEFT JOIN transcripts t USING (transcript_id)
                  WHERE g.transcript_id IS NOT NULL AND (t.transcript_id IS NULL OR t.gene_id != g.gene_id OR t.start != g.start OR t."end" != g."end"))""",
    ),
    Invariant(
        "R11",
        "marked samples have, on the marked chromosome, events whose size and copy ratio mark, as many and as long as it says",
        "SELECT count(*) FROM marked_samples",
        f"""WITH {_LARGE}
           SELECT count(*) FROM marked_samples m LEFT JOIN large l USING (sample_id, chrom, direction)
           WHERE contains(reason, ' Mb ') AND (l.marks IS NOT TRUE OR l.events != m.events OR l.longest != m.longest OR l.bases != m.bases
             OR abs(m.share - l.bases / l.sequenced) > 1e-9)""",
    ),
    Invariant(
        "R11",
        "who has one X instead of two, two instead of one or no Y, credibly and over more than half, is marked with just that reason, and nobody else",
        "SELECT count(*) FROM samples WHERE counted AND sex IS NOT NULL",
        "SELECT " + " + ".join(_whole(*row) for row in _WHOLE),
    ),
    Invariant(
        "R11",
        "nobody has large events of a mixture's copy ratio, or longer ones than a variant can be, without being marked",
        "SELECT count(*) FROM events WHERE pass AND direction IN ('loss', 'gain') AND \"end\" - start > 3000000",
        f"""WITH {_LARGE}
           SELECT count(*) FROM large l ANTI JOIN marked_samples m USING (sample_id, chrom, direction) WHERE l.marks""",
    ),
)
