"""What must hold of trios, of carriers by group, of what people carry and of genes without a copy (rules R6, R7, R11).

Counted again from events, segments and samples. What a parent's events cover is summed over disjoint segments, not over a
union of events, and who speaks for a site is chosen by a window over events.
"""

from typing import Final

import duckdb

from data_prep.check.invariant import Invariant

TRIOS: Final = """
    CREATE TEMP TABLE trios_by_chrom AS
    WITH out AS (
        SELECT DISTINCT sample_id, chrom FROM marked_samples
        UNION SELECT sample_id, chrom FROM samples, (VALUES ('chrX'::chrom), ('chrY'::chrom)) x(chrom) WHERE sex_mismatch OR sex IS NULL
    )
    SELECT k.chrom, c.sample_id AS child, f.sample_id AS father, m.sample_id AS mother, c.sex
    FROM samples c JOIN samples f ON f.sample_id = c.father_id JOIN samples m ON m.sample_id = c.mother_id CROSS JOIN chromosomes k
    WHERE c.counted AND f.counted AND m.counted
        AND NOT EXISTS (FROM out o WHERE o.chrom = k.chrom AND o.sample_id IN (c.sample_id, f.sample_id, m.sample_id))
        AND (k.chrom NOT IN ('chrX', 'chrY') OR (f.sex = 'XY' AND m.sex = 'XX'))
"""
"""One row a trio and chromosome of which it tells."""

RANKED: Final = """
    CREATE TEMP TABLE ranked AS
    WITH inside AS (
        SELECT e.event_id, coalesce(sum(least(e."end", p."end") - greatest(e.start, p.start)) FILTER (p.kind = 'immune-locus'), 0) AS immune,
            coalesce(sum(least(e."end", p."end") - greatest(e.start, p.start)) FILTER (p.kind = 'par'), 0) AS par
        FROM events e JOIN problem_regions p ON p.chrom = e.chrom AND p.start < e."end" AND p."end" > e.start
        WHERE p.kind IN ('immune-locus', 'par') GROUP BY ALL
    )
    SELECT e.*, CASE WHEN pass THEN 0 WHEN credible THEN 1 WHEN sensitive THEN 2 ELSE 3 END AS place,
        2 * coalesce(i.immune, 0) >= e."end" - e.start AS is_immune, 2 * coalesce(i.par, 0) > e."end" - e.start AS in_par,
        CASE WHEN e."end" - e.start < 3000 THEN 'below-3kb' WHEN e."end" - e.start < 10000 THEN '3-10kb' WHEN e."end" - e.start < 50000 THEN '10-50kb'
            WHEN e."end" - e.start < 500000 THEN '50-500kb' ELSE '500kb-and-more' END AS length_class,
        CASE WHEN bins IS NULL THEN 'unknown' WHEN bins < 2 THEN '1' WHEN bins = 2 THEN '2' WHEN bins < 5 THEN '3-4' WHEN bins < 10 THEN '5-9' ELSE '10-and-more' END AS bin_class
    FROM events e LEFT JOIN inside i USING (event_id)
    WHERE e.direction IN ('loss', 'gain') AND e.sample_id IN (SELECT child FROM trios_by_chrom UNION SELECT father FROM trios_by_chrom UNION SELECT mother FROM trios_by_chrom)
"""
"""One row a loss or gain of a member of a trio, with what it is judged by."""

LEVELS: Final = "CREATE TEMP TABLE levels_by_place AS SELECT * FROM (VALUES (0, 'pass'), (1, 'credible'), (2, 'sensitive'), (3, 'all')) v(least, level)"

COVERED: Final = """
    CREATE TEMP TABLE covered AS
    WITH asked AS (
        SELECT r.event_id, t.child, t.father AS relative, 'father' AS role FROM ranked r JOIN trios_by_chrom t ON t.child = r.sample_id AND t.chrom = r.chrom
        UNION ALL SELECT r.event_id, t.child, t.mother, 'mother' FROM ranked r JOIN trios_by_chrom t ON t.child = r.sample_id AND t.chrom = r.chrom
        UNION ALL SELECT r.event_id, t.child, t.child, 'of father' FROM ranked r JOIN trios_by_chrom t ON t.father = r.sample_id AND t.chrom = r.chrom WHERE r.copy_number = 0
        UNION ALL SELECT r.event_id, t.child, t.child, 'of mother' FROM ranked r JOIN trios_by_chrom t ON t.mother = r.sample_id AND t.chrom = r.chrom WHERE r.copy_number = 0
    )
    SELECT a.event_id, a.child, a.role, 2 * coalesce(sum(least(r."end", s."end") - greatest(r.start, s.start)) FILTER (s.credible), 0) >= any_value(r."end" - r.start) AS carries,
        2 * coalesce(sum(least(r."end", s."end") - greatest(r.start, s.start)) FILTER (s.sample_id IS NOT NULL), 0) >= any_value(r."end" - r.start) AS has
    FROM asked a JOIN ranked r USING (event_id)
    LEFT JOIN segments s ON s.sample_id = a.relative AND s.chrom = r.chrom AND s.direction = r.direction AND s.start < r."end" AND s."end" > r.start
    GROUP BY a.event_id, a.child, a.role
"""
"""One row an event of a child and parent: whether the parent's events of that direction cover half of it at credible, and at all;
and of a parent's event without a copy the same of the child's."""

INHERITED: Final = """
    CREATE TEMP TABLE inherited AS
    WITH told AS (
        SELECT r.*, t.chrom = 'chrY' AS on_y, t.chrom = 'chrX' AND NOT r.in_par AS on_x, t.sex, f.carries AS of_father, m.carries AS of_mother, f.has AS father_has, m.has AS mother_has
        FROM ranked r JOIN trios_by_chrom t ON t.child = r.sample_id AND t.chrom = r.chrom
        JOIN covered f ON f.event_id = r.event_id AND f.role = 'father' JOIN covered m ON m.event_id = r.event_id AND m.role = 'mother'
        WHERE NOT r.is_immune AND (t.chrom != 'chrY' OR t.sex = 'XY')
    )
    SELECT *, CASE
            WHEN on_y THEN CASE WHEN of_father THEN 'father' WHEN father_has THEN 'below' ELSE 'neither' END
            WHEN on_x AND sex = 'XY' THEN CASE WHEN of_mother THEN 'mother' WHEN mother_has THEN 'below' ELSE 'neither' END
            WHEN of_father AND of_mother THEN 'both' WHEN of_father THEN 'father' WHEN of_mother THEN 'mother'
            WHEN father_has OR mother_has THEN 'below' ELSE 'neither' END AS inheritance,
        copy_number IS NOT DISTINCT FROM 0 AND of_father != of_mother AND NOT on_y AND NOT (on_x AND sex = 'XY') AS inconsistent
    FROM told
"""
"""One row an event of a child of whom it can be told who of the parents has it."""

SPEAKING: Final = """
    CREATE TEMP TABLE speaking AS
    SELECT r.site_id, r.sample_id, l.level, r.event_id, r.copy_number, r.expected_copy_number, r.direction, r.length_class, r.bin_class
    FROM ranked r JOIN levels_by_place l ON r.place <= l.least JOIN sites s USING (site_id)
    WHERE coalesce(s.problem NOT LIKE '%immune-locus%', true)
    QUALIFY row_number() OVER (PARTITION BY r.site_id, r.sample_id, l.level ORDER BY coalesce(r.bins, -1) DESC, r.copy_number NULLS LAST, r.start, r."end", r.event_id) = 1
"""
"""One row a site, member of a trio and level: the event that speaks (R9)."""

TOLD: Final = """
    CREATE TEMP TABLE told_of_transmission AS
    WITH parents AS (
        SELECT chrom, child, father AS parent, mother AS other FROM trios_by_chrom UNION ALL SELECT chrom, child, mother, father FROM trios_by_chrom
    ),
    one_parent AS (
        SELECT k.site_id, k.level, k.direction, k.length_class, k.bin_class, p.child, p.other, s.chrom, s.start, s."end"
        FROM speaking k JOIN sites s USING (site_id) JOIN parents p ON p.parent = k.sample_id AND p.chrom = s.chrom
        WHERE s.chrom NOT IN ('chrX', 'chrY') AND k.expected_copy_number = 2 AND k.copy_number IN (1, 3)
    ),
    touched AS (
        SELECT DISTINCT o.site_id, o.other FROM (SELECT DISTINCT site_id, other, chrom, start, "end" FROM one_parent) o
        JOIN segments g ON g.sample_id = o.other AND g.chrom = o.chrom AND g.start < o."end" AND g."end" > o.start
    )
    SELECT o.*, EXISTS (FROM speaking k WHERE k.site_id = o.site_id AND k.sample_id = o.child AND k.level = 'all') AS transmitted
    FROM one_parent o ANTI JOIN touched t ON t.site_id = o.site_id AND t.other = o.other
"""
"""One row a trio, site and level that tell of transmission."""

_CHILDREN: Final = """count(*) AS children, count(*) FILTER (inheritance = 'both') AS from_both, count(*) FILTER (inheritance = 'father') AS from_father,
    count(*) FILTER (inheritance = 'mother') AS from_mother, count(*) FILTER (inheritance = 'below') AS below_filter, count(*) FILTER (inheritance = 'neither') AS neither,
    count(*) FILTER (inconsistent) AS inconsistent"""
_OF_CHILDREN: Final = "children, from_both, from_father, from_mother, below_filter, neither, inconsistent"


def _differ(keys: str, counts: str, stored: str, found: str) -> str:
    """SQL: how many keys have other counts stored than found; a row of nothing but zeros stands for none."""
    names = [name.strip() for name in counts.split(",")]
    sums = " OR ".join(f"sum({name}) != 0" for name in names)
    signed = ", ".join(f"-{name}::BIGINT AS {name}" for name in names)
    return f"""SELECT count(*) FROM (SELECT 1 FROM (
        SELECT {keys}, {", ".join(f"{name}::BIGINT AS {name}" for name in names)} FROM ({found}) UNION ALL SELECT {keys}, {signed} FROM ({stored}))
        GROUP BY {keys} HAVING {sums})"""


_QUALITY: Final = "SELECT * REPLACE (level::VARCHAR AS level) FROM trio_quality"
_SITE: Final = "SELECT * REPLACE (level::VARCHAR AS level) FROM site_trios"
_CLASS_KEY: Final = "direction, level, length_class, bin_class"

INVARIANTS: Final = (
    Invariant(
        "R11",
        "children's events are told by direction, level, length and bins, and by who of the parents has them",
        "SELECT count(*) FROM inherited",
        _differ(
            _CLASS_KEY,
            _OF_CHILDREN,
            _QUALITY,
            f"SELECT direction, level, length_class, bin_class, {_CHILDREN} FROM inherited JOIN levels_by_place ON place <= least GROUP BY ALL",
        ),
    ),
    Invariant(
        "R11",
        "children of a site are told at each level by who of their parents has it",
        "SELECT count(*) FROM inherited WHERE site_id IS NOT NULL",
        _differ(
            "site_id, level",
            _OF_CHILDREN,
            _SITE,
            f"SELECT k.site_id, k.level, {_CHILDREN} FROM speaking k JOIN inherited i USING (event_id) GROUP BY ALL",
        ),
    ),
    Invariant(
        "R11",
        "transmission of a site is of trios with one parent of one copy more or fewer and nothing in the other",
        "SELECT count(*) FROM told_of_transmission",
        _differ(
            "site_id, level",
            "parents, transmitted",
            _SITE,
            "SELECT site_id, level, count(*) AS parents, count(*) FILTER (transmitted) AS transmitted FROM told_of_transmission GROUP BY ALL",
        ),
    ),
    Invariant(
        "R11",
        "transmission of the callset is that of its sites, by the class of the parent's event",
        "SELECT count(*) FROM told_of_transmission",
        _differ(
            _CLASS_KEY,
            "parents, transmitted",
            _QUALITY,
            f"SELECT {_CLASS_KEY}, count(*) AS parents, count(*) FILTER (transmitted) AS transmitted FROM told_of_transmission GROUP BY ALL",
        ),
    ),
    Invariant(
        "R11",
        "parents without a copy are told, and those of them whose child does not carry",
        "SELECT count(*) FROM covered WHERE role LIKE 'of%'",
        _differ(
            _CLASS_KEY,
            "null_parents, untransmitted",
            _QUALITY,
            f"""SELECT {_CLASS_KEY}, count(*) AS null_parents, count(*) FILTER (NOT c.carries) AS untransmitted
                FROM covered c JOIN ranked r USING (event_id) JOIN trios_by_chrom t ON t.child = c.child AND t.chrom = r.chrom JOIN levels_by_place ON r.place <= least
                WHERE NOT r.is_immune AND ((c.role = 'of father' AND (r.chrom NOT IN ('chrX', 'chrY') OR (r.chrom = 'chrX' AND (r.in_par OR t.sex = 'XX')) OR (r.chrom = 'chrY' AND t.sex = 'XY')))
                    OR (c.role = 'of mother' AND r.chrom != 'chrY'))
                GROUP BY ALL""",
        ),
    ),
    Invariant(
        "R11",
        "a site's transmission rate is its transmitted over its parents at credible with Wilson's interval, and null below ten",
        "SELECT count(*) FROM sites",
        """SELECT count(*) FROM sites s LEFT JOIN (SELECT * FROM site_trios WHERE level = 'credible' AND parents > 0) t USING (site_id)
           WHERE s.transmission_parents != coalesce(t.parents, 0)
              OR (coalesce(t.parents, 0) < 10 AND (transmission IS NOT NULL OR transmission_ci_low IS NOT NULL OR transmission_ci_high IS NOT NULL))
              OR (t.parents >= 10 AND (transmission_ci_low IS NULL OR transmission_ci_high IS NULL OR differs(transmission, t.transmitted / t.parents)
                  OR (t.transmitted > 0 AND differs((transmission - transmission_ci_low) ** 2, 3.841458820694124 * transmission_ci_low * (1 - transmission_ci_low) / t.parents))
                  OR (t.transmitted < t.parents AND differs((transmission - transmission_ci_high) ** 2, 3.841458820694124 * transmission_ci_high * (1 - transmission_ci_high) / t.parents))
                  OR (t.transmitted = 0 AND transmission_ci_low != 0) OR (t.transmitted = t.parents AND transmission_ci_high != 1)
                  OR transmission_ci_low > transmission OR transmission_ci_high < transmission OR transmission_ci_low = transmission_ci_high))""",
    ),
    Invariant(
        "R9",
        "a site's numbers of genes are those of its rows",
        "SELECT count(*) FROM sites",
        """SELECT count(*) FROM sites s LEFT JOIN (
               SELECT site_id, count(*) AS genes, count(*) FILTER (coding) AS coding FROM site_genes GROUP BY site_id
           ) g USING (site_id) WHERE s.genes != coalesce(g.genes, 0) OR s.coding_genes != coalesce(g.coding, 0)""",
    ),
    Invariant(
        "R6",
        "carriers of a site in a group are the unrelated people of it with a member",
        "SELECT count(*) FROM members WHERE site_id IS NOT NULL",
        """WITH mine AS (
               SELECT DISTINCT m.site_id, m.sample_id, c.population, c.superpopulation, coalesce(c.sex::VARCHAR, 'unknown') AS sex
               FROM members m JOIN counting c USING (chrom, sample_id) WHERE c.unrelated AND m.site_id IS NOT NULL
           ),
           found AS (
               SELECT 'all' AS grouped_by, 'all' AS code, site_id, count(*) AS carriers FROM mine GROUP BY ALL
               UNION ALL SELECT 'population', population, site_id, count(*) FROM mine GROUP BY ALL
               UNION ALL SELECT 'superpopulation', superpopulation, site_id, count(*) FROM mine GROUP BY ALL
               UNION ALL SELECT 'sex', sex, site_id, count(*) FROM mine GROUP BY ALL
           )
           SELECT count(*) FROM (SELECT 1 FROM (SELECT *, 0 AS rows FROM found UNION ALL SELECT grouped_by, code, site_id, -carriers::BIGINT, 1 FROM site_groups)
             GROUP BY grouped_by, code, site_id HAVING sum(carriers) != 0 OR sum(rows) != 1 OR count(*) != 2)""",
    ),
    Invariant(
        "R6",
        "the spectrum counts each site once in every group and class that carries it, by carriers",
        "SELECT count(*) FROM site_counts WHERE level = 'credible' AND unrelated AND NOT outlier",
        """WITH mine AS (
               SELECT site_id, population, class, carriers FROM site_counts WHERE level = 'credible' AND unrelated AND NOT outlier
           ),
           classed AS (
               SELECT site_id, population, 'loss' AS class, carriers FROM mine WHERE class IN ('complete-loss', 'partial-loss', 'loss')
               UNION ALL SELECT site_id, population, 'gain', carriers FROM mine WHERE class IN ('low-gain', 'high-gain', 'gain')
               UNION ALL SELECT site_id, population, class::VARCHAR, carriers FROM mine WHERE class::VARCHAR LIKE '%-%'
           ),
           of_group AS (
               SELECT 'all' AS superpopulation, class, site_id, sum(carriers) AS carriers FROM classed GROUP BY ALL
               UNION ALL SELECT p.superpopulation, class, site_id, sum(carriers) FROM classed JOIN populations p USING (population) GROUP BY ALL
           ),
           found AS (SELECT superpopulation, class, carriers, count(*) AS sites FROM of_group GROUP BY ALL)
           SELECT count(*) FROM (SELECT 1 FROM (SELECT superpopulation, class, carriers, sites FROM found
               UNION ALL SELECT superpopulation, class::VARCHAR, carriers, -sites::BIGINT FROM site_spectrum)
             GROUP BY superpopulation, class, carriers HAVING sum(sites) != 0)""",
    ),
    Invariant(
        "R5",
        "what a person carries is every loss and gain of the person, level by level, where the person counts",
        "SELECT count(*) FROM events JOIN counting USING (chrom, sample_id) WHERE direction IN ('loss', 'gain')",
        """WITH mine AS (
               SELECT e.sample_id, c.outlier, e.class, e."end" - e.start AS bases, e.pass, e.credible, e.sensitive
               FROM events e JOIN counting c USING (chrom, sample_id) WHERE e.direction IN ('loss', 'gain')
           ),
           each AS (
               SELECT *, 'all' AS level FROM mine UNION ALL SELECT *, 'sensitive' FROM mine WHERE sensitive
               UNION ALL SELECT *, 'credible' FROM mine WHERE credible UNION ALL SELECT *, 'pass' FROM mine WHERE pass
           ),
           found AS (SELECT sample_id, level, outlier, class, count(*) AS events, sum(bases) AS bases FROM each GROUP BY ALL)
           SELECT count(*) FROM (SELECT 1 FROM (SELECT *, 0 AS rows FROM found
               UNION ALL SELECT sample_id, level::VARCHAR, outlier, class, -events::BIGINT, -bases, 1 FROM sample_totals)
             GROUP BY sample_id, level, outlier, class HAVING sum(events) != 0 OR sum(bases) != 0 OR sum(rows) != 1 OR count(*) != 2)""",
    ),
    Invariant(
        "R3",
        "the events of persons are the events, each once, in the order of persons",
        "SELECT count(*) FROM events",
        """SELECT (SELECT count(*) FROM (
                   (SELECT event_id, sample_id, chrom, start, "end", class, copy_number, expected_copy_number, quality, bins, sensitive, credible, pass, site_id FROM events) EXCEPT ALL
                   (SELECT event_id, sample_id, chrom, start, "end", class, copy_number, expected_copy_number, quality, bins, sensitive, credible, pass, site_id FROM sample_events)))
                + (SELECT abs(count(*) - (SELECT count(*) FROM events)) FROM sample_events)
                + (SELECT count(*) FROM (SELECT sample_id, lag(sample_id) OVER (ORDER BY rowid) AS before FROM sample_events) WHERE before > sample_id)""",
    ),
    Invariant(
        "R7",
        "who has no copy of a gene has credible calls without a copy that take a base of it that counts",
        "SELECT count(*) FROM genes",
        """WITH axis AS (SELECT chrom, enum_code(chrom) * 1000000000::BIGINT AS base FROM chromosomes),
           lost AS (
               SELECT DISTINCT e.sample_id, n.superpopulation, axis.base + c.start AS first, axis.base + c."end" AS last,
                   axis.base + greatest(c.start, e.inner_start) AS inner_first, axis.base + least(c."end", e.inner_end) AS inner_last
               FROM calls c JOIN events e USING (event_id) JOIN counting n ON n.chrom = e.chrom AND n.sample_id = e.sample_id JOIN axis ON axis.chrom = e.chrom
               WHERE c.copy_number = 0 AND e.direction = 'loss' AND e.credible AND n.unrelated AND NOT n.outlier
           ),
           places AS (SELECT inner_first, inner_last FROM lost WHERE inner_last > inner_first GROUP BY ALL),
           pieces AS (
               SELECT g.gene_id, axis.base + coalesce(x.coding_start, x.start) AS first, axis.base + coalesce(x.coding_end, x."end") AS last
               FROM genes g JOIN axis USING (chrom) JOIN transcripts t USING (transcript_id) JOIN exons x USING (transcript_id)
               WHERE t.coding_bases = 0 OR x.coding_start IS NOT NULL
           ),
           hit AS (
               SELECT DISTINCT p.gene_id, l.inner_first, l.inner_last FROM pieces p JOIN places l ON l.inner_first < p.last AND l.inner_last > p.first
           ),
           untold AS (SELECT gene_id, axis.base + start AS first, axis.base + "end" AS last FROM genes JOIN axis USING (chrom) WHERE transcript_id IS NULL),
           whole AS (SELECT first, last FROM lost GROUP BY ALL),
           over AS (SELECT DISTINCT u.gene_id, w.first, w.last FROM untold u JOIN whole w ON w.first < u.last AND w.last > u.first),
           taken AS (
               SELECT h.gene_id, l.sample_id, l.superpopulation FROM hit h JOIN lost l ON l.inner_first = h.inner_first AND l.inner_last = h.inner_last
               UNION SELECT o.gene_id, l.sample_id, l.superpopulation FROM over o JOIN lost l ON l.first = o.first AND l.last = o.last
           ),
           found AS (
               SELECT gene_id, superpopulation, count(*) AS carriers FROM taken GROUP BY ALL UNION ALL SELECT gene_id, 'all', count(*) FROM taken GROUP BY ALL
           )
           SELECT count(*) FROM (SELECT 1 FROM (SELECT *, 0 AS rows FROM found UNION ALL SELECT gene_id, superpopulation, -carriers::BIGINT, 1 FROM gene_complete_losses)
             GROUP BY gene_id, superpopulation HAVING sum(carriers) != 0 OR sum(rows) != 1 OR count(*) != 2)""",
    ),
)


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables that the invariants name, beside those of the groundwork."""
    for statement in (TRIOS, RANKED, LEVELS, COVERED, INHERITED, SPEAKING, TOLD):
        con.execute(statement)
