"""What must hold of per-base bins, and of the steps that curves are drawn from (rule R8).

People per base are counted again as a sweep over the ends of segments: a running sum, one lane a direction, level, cohort
and super-population. A chromosome at a time, since the lanes of all together would not fit the memory that `check` takes.
"""

from typing import Final

import duckdb

from data_prep.check.invariant import Invariant

COUNTED: Final = """
    CREATE TEMP TABLE counted AS
    WITH steps AS (
        SELECT chrom, start AS place, 1 AS blind FROM problem_regions WHERE kind IN ('centromere', 'gap', 'telomere')
        UNION ALL SELECT chrom, "end", -1 FROM problem_regions WHERE kind IN ('centromere', 'gap', 'telomere')
        UNION ALL SELECT chrom, start, -1 FROM callability WHERE 2 * seen >= samples
        UNION ALL SELECT chrom, "end", 1 FROM callability WHERE 2 * seen >= samples
        UNION ALL SELECT chrom, 0, EXISTS (FROM callability)::INTEGER FROM chromosomes
        UNION ALL SELECT chrom, length, 0 FROM chromosomes
    ),
    places AS (
        SELECT chrom, place, sum(blind) AS blind FROM steps JOIN chromosomes USING (chrom) GROUP BY chrom, place, length
        HAVING sum(blind) != 0 OR place IN (0, length)
    )
    SELECT chrom, place AS start, lead(place) OVER in_order AS "end", sum(blind) OVER in_order = 0 AS counts
    FROM places WINDOW in_order AS (PARTITION BY chrom ORDER BY place)
"""
"""Steps of every chromosome, and whether their bases count: outside gaps, telomeres and modelled centromeres,
seen in half of the samples where that is told (R5)."""

GRID: Final = """
    CREATE TEMP TABLE grid AS
    WITH cells AS (
        SELECT size, chrom, unnest(range(0, length, size))::INTEGER AS start, length FROM chromosomes, (VALUES (1000000), (100000)) sizes(size)
    ),
    pieces AS (
        SELECT size, chrom, start AS step, "end" AS step_end, unnest(range(start // size * size, "end", size)) AS start
        FROM counted, (VALUES (1000000), (100000)) sizes(size) WHERE counts
    ),
    sums AS (SELECT size, chrom, start, sum(least(step_end, start + size) - greatest(step, start)) AS callable FROM pieces GROUP BY ALL)
    SELECT size, chrom, start, least(start + size, length) AS "end", coalesce(callable, 0) AS callable FROM cells LEFT JOIN sums USING (size, chrom, start)
"""
"""Every bin that there can be, with its bases that count."""

GROUPS: Final = """
    CREATE TEMP TABLE groups AS
    SELECT superpopulation, row_number() OVER (ORDER BY superpopulation)::INTEGER AS number FROM (SELECT DISTINCT superpopulation FROM samples)
"""
LANES: Final = """
    CREATE TEMP TABLE lanes AS
    SELECT d.code AS direction_code, d.direction, l.code AS level_code, l.level, c.code AS cohort_code, c.cohort, g.number, g.superpopulation,
        row_number() OVER ()::INTEGER AS lane
    FROM (VALUES (0, 'loss'), (1, 'gain')) d(code, direction), (VALUES (0, 'credible'), (1, 'pass')) l(code, level),
        (VALUES (0, 'all'), (1, 'unrelated')) c(code, cohort), (SELECT number, superpopulation FROM groups UNION ALL SELECT 0, 'all') g
"""
SWEPT: Final = "CREATE TEMP TABLE swept (chrom chrom, start INTEGER, lane INTEGER, bases BIGINT, most INTEGER)"
SWEEP: Final = """
    INSERT INTO swept
    WITH alike AS (
        SELECT (s.direction = 'gain')::INTEGER AS direction, s.pass::INTEGER AS pass, c.unrelated::INTEGER AS unrelated, g.number,
            s.start, s."end", count(*)::INTEGER AS people
        FROM segments s JOIN counting c USING (chrom, sample_id) JOIN groups g USING (superpopulation)
        WHERE s.chrom = $chrom::chrom AND s.credible AND NOT c.outlier GROUP BY ALL
    ),
    ends AS (
        SELECT direction, pass, unrelated, number, place, sum(people)::INTEGER AS people FROM (
            SELECT direction, pass, unrelated, number, start AS place, people FROM alike
            UNION ALL SELECT direction, pass, unrelated, number, "end", -people FROM alike)
        GROUP BY ALL
    ),
    steps AS (
        SELECT l.lane, e.place, e.people FROM ends e JOIN lanes l
            ON l.direction_code = e.direction AND l.level_code <= e.pass AND l.cohort_code <= e.unrelated AND l.number IN (0, e.number)
    ),
    touched AS (
        SELECT DISTINCT direction, pass, unrelated, number, unnest(range(start // 100000, ("end" - 1) // 100000 + 1)) AS cell FROM alike
    ),
    cells AS (
        SELECT DISTINCT l.lane, t.cell FROM touched t JOIN lanes l
            ON l.direction_code = t.direction AND l.level_code <= t.pass AND l.cohort_code <= t.unrelated AND l.number IN (0, t.number)
    ),
    borders AS (
        SELECT start // 100000 AS cell, start AS place FROM grid WHERE chrom = $chrom::chrom AND size = 100000
        UNION SELECT start // 100000 - 1, start FROM grid WHERE chrom = $chrom::chrom AND size = 100000
        UNION SELECT start // 100000, start FROM counted WHERE chrom = $chrom::chrom
    ),
    places AS (
        SELECT lane, place, sum(people)::INTEGER AS people FROM (
            FROM steps UNION ALL SELECT lane, place, 0 FROM cells JOIN borders USING (cell))
        GROUP BY ALL
    ),
    runs AS (
        SELECT lane, place, lead(place) OVER in_order AS next, (sum(people) OVER in_order)::INTEGER AS depth
        FROM places WINDOW in_order AS (PARTITION BY lane ORDER BY place)
    )
    SELECT $chrom::chrom, place // 100000 * 100000, lane, sum(depth::BIGINT * (next - place)), max(depth)
    FROM (FROM runs WHERE depth > 0) r ASOF JOIN (FROM counted WHERE chrom = $chrom::chrom) c ON r.place >= c.start
    WHERE c.counts GROUP BY ALL
"""
"""One row a lane and bin of 100 kb with anybody at a base that counts: the sum over its bases, and the most at one.

A lane is cut at the borders of the bins that it touches, and at those where counting begins and ends within them: most lanes of a
small cohort touch few.
"""

_SWEPT: Final = (
    "SELECT start, chrom, direction, level, cohort, superpopulation, bases, most FROM swept JOIN lanes USING (lane)"
)
_STORED: Final = """
    SELECT start, chrom, direction::VARCHAR AS direction, level::VARCHAR AS level, cohort::VARCHAR AS cohort, superpopulation, bases, most::INTEGER AS most
    FROM bins WHERE size = 100000
"""
_KEY: Final = "chrom, start, direction, level, cohort, superpopulation"
_BINS: Final = "SELECT count(*) FROM bins"

# A kind of segment or event, and of the person.
_KIND: Final = "direction, level, unrelated, outlier"
_LEVEL: Final = "CASE WHEN {0}.pass THEN 'pass' WHEN {0}.credible THEN 'credible' WHEN {0}.sensitive THEN 'sensitive' ELSE 'all' END"
_OF_PEOPLE: Final = f"""
    SELECT s.chrom, s.start, s."end", s.direction, {_LEVEL.format("s")}::filter_level AS level, c.unrelated, c.outlier, c.superpopulation, k.length
    FROM segments s JOIN counting c USING (chrom, sample_id) JOIN chromosomes k USING (chrom)
"""
# Joined where they overlap or abut, of each kind, from events of which half or more lies in copies.
REACHED: Final = f"""
    CREATE TEMP TABLE reached AS
    WITH kinds AS (
        SELECT DISTINCT kind FROM problem_regions
        WHERE kind = 'paralogous' OR regexp_full_match(lower(kind), 'segmental[-_.]duplications?|segdups?')
    ),
    copies AS (
        SELECT chrom, min(start) AS start, max("end") AS "end" FROM (
            SELECT *, sum(fresh) OVER (PARTITION BY chrom ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS run FROM (
                SELECT chrom, start, "end", (start > coalesce(max("end") OVER (PARTITION BY chrom ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1))::INTEGER AS fresh
                FROM problem_regions JOIN kinds USING (kind)
            )
        ) GROUP BY chrom, run
    ),
    near AS (
        SELECT e.event_id, sum(least(e."end", p."end") - greatest(e.start, p.start)) AS inside
        FROM events e JOIN copies p ON p.chrom = e.chrom AND p.start < e."end" AND p."end" > e.start
        WHERE e.direction IN ('loss', 'gain') GROUP BY e.event_id
    ),
    there AS (
        SELECT DISTINCT e.chrom, e.start, e."end", e.direction, {_LEVEL.format("e")}::filter_level AS level, c.unrelated, c.outlier
        FROM near JOIN events e USING (event_id) JOIN counting c ON c.chrom = e.chrom AND c.sample_id = e.sample_id
        WHERE 2 * inside >= e."end" - e.start
    )
    SELECT chrom, min(start) AS start, max("end") AS "end", {_KIND} FROM (
        SELECT *, sum(fresh) OVER (PARTITION BY chrom, {_KIND} ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS run FROM (
            SELECT *, (start > coalesce(max("end") OVER (PARTITION BY chrom, {_KIND} ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1))::INTEGER AS fresh
            FROM there
        )
    ) GROUP BY chrom, {_KIND}, run
"""

INVARIANTS: Final = (
    Invariant(
        "R8",
        "bins of 100 kb are those that people touch, each once, with the callable bases that their segments cover, summed over people",
        "SELECT count(*) FROM swept",
        f"""SELECT count(*) FROM (SELECT 1 FROM (SELECT {_KEY}, bases, 1 AS found, 0 AS said FROM ({_SWEPT})
              UNION ALL SELECT {_KEY}, -bases, 0, 1 FROM ({_STORED})) GROUP BY {_KEY} HAVING sum(bases) != 0 OR sum(found) != sum(said))""",
    ),
    Invariant(
        "R8",
        "the most people of a bin of 100 kb are the most at one callable base",
        "SELECT count(*) FROM bins WHERE size = 100000",
        f"SELECT count(*) FROM ({_STORED}) b JOIN ({_SWEPT}) s USING ({_KEY}) WHERE b.most != s.most",
    ),
    Invariant(
        "R8",
        "bins of 1 Mb are made of their ten of 100 kb: the bases added up, the most people the greatest",
        "SELECT count(*) FROM bins WHERE size = 100000",
        f"""SELECT count(*) FROM (
              SELECT {_KEY}, sum(bases) FILTER (size = 1000000) AS wide, sum(bases) FILTER (size != 1000000) AS narrow,
                  max(most) FILTER (size = 1000000) AS wide_most, max(most) FILTER (size != 1000000) AS narrow_most, count(*) FILTER (size = 1000000) AS rows
              FROM (SELECT * REPLACE (start // 1000000 * 1000000 AS start) FROM bins) GROUP BY {_KEY})
            WHERE rows != 1 OR wide IS DISTINCT FROM narrow OR wide_most IS DISTINCT FROM narrow_most""",
    ),
    Invariant(
        "R8",
        "a bin lies on its grid, with the bases there outside gaps, telomeres and centromeres that the caller saw in half of the samples where that is told",
        _BINS,
        """SELECT count(*) FROM bins b LEFT JOIN grid g USING (size, chrom, start)
           WHERE g.start IS NULL OR b."end" != g."end" OR b.callable != g.callable""",
    ),
    Invariant(
        "R8",
        "a bin's samples are the people of its group who count on the chromosome, outliers left out",
        _BINS,
        """WITH apart AS (
               SELECT chrom, superpopulation, unrelated, count(*) AS people FROM counting WHERE NOT outlier GROUP BY ALL
           ),
           people AS (
               SELECT chrom, cohort, coalesce(superpopulation, 'all') AS superpopulation, sum(people) AS people
               FROM apart, (VALUES ('all', false), ('unrelated', true)) c(cohort, only_unrelated) WHERE unrelated OR NOT only_unrelated
               GROUP BY GROUPING SETS ((chrom, cohort, superpopulation), (chrom, cohort))
           )
           SELECT count(*) FROM bins b LEFT JOIN people p ON p.chrom = b.chrom AND p.cohort = b.cohort::VARCHAR AND p.superpopulation = b.superpopulation
           WHERE b.samples IS DISTINCT FROM p.people""",
    ),
    Invariant(
        "R8",
        "curves change where people's segments begin and end, each kind of segment and person by itself",
        "SELECT count(*) FROM curve_steps",
        f"""WITH mine AS ({_OF_PEOPLE}),
           ends AS (
               SELECT chrom, start AS position, {_KIND}, superpopulation, count(*) AS change FROM mine GROUP BY ALL
               UNION ALL SELECT chrom, "end", {_KIND}, superpopulation, -count(*) FROM mine WHERE "end" < length GROUP BY ALL
               UNION ALL SELECT chrom, position, {_KIND}, superpopulation, -change FROM curve_steps
           )
           SELECT (SELECT count(*) FROM (SELECT 1 FROM ends GROUP BY chrom, position, {_KIND}, superpopulation HAVING sum(change) != 0))
                + (SELECT count(*) - count(DISTINCT (chrom, position, {_KIND}, superpopulation)) FROM curve_steps)
                + (SELECT count(*) FROM curve_steps WHERE change = 0 AND before = 0)""",
    ),
    Invariant(
        "R8",
        "at every whole megabase stand the people with a segment over the base before it, and nowhere else",
        "SELECT count(*) FROM curve_steps WHERE before != 0",
        f"""WITH over AS (
               SELECT chrom, {_KIND}, superpopulation, unnest(range(start // 1000000 + 1, least("end", length - 1) // 1000000 + 1)) * 1000000 AS position
               FROM ({_OF_PEOPLE}) WHERE start // 1000000 < "end" // 1000000
           )
           SELECT count(*) FROM (SELECT 1 FROM (
               SELECT chrom, position, {_KIND}, superpopulation, count(*) AS people FROM over GROUP BY ALL
               UNION ALL SELECT chrom, position, {_KIND}, superpopulation, -before FROM curve_steps)
             GROUP BY chrom, position, {_KIND}, superpopulation HAVING sum(people) != 0)""",
    ),
    Invariant(
        "R5",
        "curves leave out what events reach of which half or more lies in places of copies",
        "SELECT count(*) FROM curve_copies",
        f"""SELECT (SELECT count(*) FROM ((FROM reached SELECT chrom, start, "end", {_KIND}) EXCEPT ALL (FROM curve_copies SELECT chrom, start, "end", {_KIND})))
                + (SELECT count(*) FROM ((FROM curve_copies SELECT chrom, start, "end", {_KIND}) EXCEPT ALL (FROM reached SELECT chrom, start, "end", {_KIND})))""",
    ),
)


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables that the invariants name, from those of the groundwork."""
    for statement in (COUNTED, GRID, GROUPS, LANES, SWEPT, REACHED):
        con.execute(statement)
    for (chrom,) in con.execute("SELECT DISTINCT chrom::VARCHAR FROM segments").fetchall():
        con.execute(SWEEP, {"chrom": chrom})
