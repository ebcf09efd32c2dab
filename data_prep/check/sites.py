"""What must hold of sites, their carriers in every group, and the genes that they touch (rules R6, R7, R9).

The greedy order is proven by what follows from it and from which it follows: founders in their turn, every member fits
its founder, none fits one founded before, and none has more carriers than its founder. Given the founders of earlier
turns, the interval that the rule takes next can then be no other than the founder of the next turn, and the intervals that
join it no others than its members; so tables that meet these four are those of the rule, without founding a site anew.
"""

from typing import Final

from data_prep.check.invariant import Invariant

_SITES: Final = "SELECT count(*) FROM sites"
_MEMBER_INTERVALS: Final = "SELECT count(*) FROM intervals WHERE carriers > 0"

INVARIANTS: Final = (
    Invariant(
        "R9",
        "every credible event of a person who counts on its chromosome is in a site, and no event in one of another place or direction",
        "SELECT (SELECT count(*) FROM members) + (SELECT count(site_id) FROM events)",
        """SELECT (SELECT count(*) FROM members WHERE site_id IS NULL)
              + (SELECT count(*) FROM events e LEFT JOIN sites s ON s.site_id = e.site_id AND s.chrom = e.chrom AND s.direction = e.direction
                 WHERE e.site_id IS NOT NULL AND s.site_id IS NULL)""",
    ),
    Invariant(
        "R9",
        "events of one exact interval and direction are all in one site or all in none",
        "SELECT count(*) FROM intervals",
        "SELECT count(*) FROM intervals WHERE site_id != other_site_id OR placed NOT IN (0, events)",
    ),
    Invariant(
        "R9",
        "the founding interval of a site is that of a member of its own, and of no second site",
        _SITES,
        """SELECT (SELECT count(*) FROM founded f LEFT JOIN intervals i USING (interval_id)
                   WHERE f.carriers = 0 OR i.site_id IS DISTINCT FROM f.site_id)
              + (SELECT count(*) - count(DISTINCT (chrom, direction, start, "end")) FROM sites)""",
    ),
    Invariant(
        "R9",
        "a site's founders are the people with a member of exactly its founding interval",
        _SITES,
        "SELECT count(*) FROM sites s JOIN founded f USING (site_id) WHERE s.founders != f.carriers",
    ),
    Invariant(
        "R9",
        "every member overlaps the founding interval of its site reciprocally by half or more",
        _MEMBER_INTERVALS,
        """SELECT count(*) FROM intervals i WHERE carriers > 0 AND site_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM fits f WHERE f.interval_id = i.interval_id AND f.site_id = i.site_id AND f.alike)""",
    ),
    Invariant(
        "R9",
        "no member fits a site that was founded before its own",
        _MEMBER_INTERVALS,
        """SELECT count(DISTINCT i.interval_id) FROM intervals i JOIN founded f USING (site_id)
           JOIN fits t ON t.interval_id = i.interval_id AND t.alike AND t.turn < f.turn WHERE i.carriers > 0""",
    ),
    Invariant(
        "R9",
        "no member interval comes before the founder of its site: by carriers, then the smaller start, then the smaller end",
        _MEMBER_INTERVALS,
        """SELECT count(*) FROM intervals i JOIN founded f USING (site_id) WHERE i.carriers > 0
             AND (i.carriers > f.carriers OR (i.carriers = f.carriers AND (i.start < f.start OR (i.start = f.start AND i."end" < f."end"))))""",
    ),
    Invariant(
        "R9",
        "events that are no members are in the site that they overlap most, of several the one founded first, or fit none",
        "SELECT count(*) FROM intervals WHERE carriers = 0",
        """SELECT count(*) FROM intervals i LEFT JOIN (
               SELECT interval_id, site_id FROM fits WHERE alike
               QUALIFY row_number() OVER (PARTITION BY interval_id ORDER BY share DESC, turn) = 1
           ) best USING (interval_id)
           WHERE i.carriers = 0 AND i.site_id IS DISTINCT FROM best.site_id""",
    ),
    Invariant(
        "R9",
        "sites are numbered from 0 in the order of the table, and named by their founding interval, 1-based and inclusive",
        _SITES,
        """SELECT count(*) FROM (SELECT *, row_number() OVER (ORDER BY chrom, start, "end", direction) - 1 AS place FROM sites)
           WHERE site_id != place OR site != concat_ws('-', chrom, start + 1, "end", direction)""",
    ),
    Invariant(
        "R9",
        "a site's events, carriers and intervals are those of its members",
        _SITES,
        """SELECT count(*) FROM sites s LEFT JOIN (
               SELECT site_id, count(*) AS events, count(DISTINCT sample_id) AS carriers, count(DISTINCT (start, "end")) AS intervals
               FROM members GROUP BY site_id
           ) m USING (site_id)
           WHERE s.events IS DISTINCT FROM m.events OR s.carriers IS DISTINCT FROM m.carriers OR s.intervals IS DISTINCT FROM m.intervals""",
    ),
    Invariant(
        "R9",
        "a site's least, median and greatest start and end are those of its members",
        _SITES,
        """SELECT count(*) FROM sites s LEFT JOIN (
               SELECT site_id, min(start) AS a, quantile_disc(start, 0.5) AS b, max(start) AS c, min("end") AS d,
                   quantile_disc("end", 0.5) AS e, max("end") AS f FROM members GROUP BY site_id
           ) m USING (site_id)
           WHERE (start_min, start_median, start_max, end_min, end_median, end_max) IS DISTINCT FROM (a, b, c, d, e, f)""",
    ),
    Invariant(
        "R9",
        "a site's median of bins is that of its members, and few are two or fewer",
        _SITES,
        """SELECT count(*) FROM sites s LEFT JOIN (SELECT site_id, median(bins) AS bins FROM members GROUP BY site_id) m USING (site_id)
           WHERE s.median_bins IS DISTINCT FROM m.bins OR s.few_bins != coalesce(m.bins <= 2, false)""",
    ),
    Invariant(
        "R9",
        "a site is multi-allelic if one of the other direction fits it, or four states are each held by 1 % of people or more",
        _SITES,
        """WITH people AS (SELECT chrom, count(*) AS people FROM counting WHERE NOT outlier GROUP BY chrom),
           opposed AS (
               SELECT f.site_id AS one, t.site_id AS other FROM founded f JOIN fits t USING (interval_id) WHERE NOT t.alike
           ),
           spoken AS (
               SELECT site_id, copy_number - expected_copy_number AS away, sum(carriers) AS people FROM site_counts
               WHERE level = 'credible' AND NOT outlier GROUP BY ALL
           ),
           states AS (
               SELECT site_id, away, people FROM spoken WHERE away IS NOT NULL
               UNION ALL
               SELECT site_id, 0, p.people - coalesce(c.people, 0) FROM sites JOIN people p USING (chrom)
                   LEFT JOIN (SELECT site_id, sum(people) AS people FROM spoken GROUP BY site_id) c USING (site_id)
           ),
           many AS (
               SELECT site_id FROM (SELECT site_id, away, sum(people) AS held FROM states GROUP BY ALL) JOIN sites USING (site_id)
               JOIN people p USING (chrom) WHERE 100 * held >= p.people GROUP BY site_id HAVING count(*) >= 4
           )
           SELECT count(*) FROM sites
           WHERE multi_allelic != (site_id IN (SELECT one FROM opposed UNION ALL SELECT other FROM opposed UNION ALL SELECT site_id FROM many))""",
    ),
    Invariant(
        "R6",
        "a site has alleles if it is a loss of 3 kb and three bins or more whose carriers all have copy numbers",
        _SITES,
        """SELECT count(*) FROM sites s LEFT JOIN (
               SELECT site_id, bool_or(copy_number IS NULL OR expected_copy_number IS NULL) AS unknown FROM site_counts
               WHERE level = 'credible' AND NOT outlier GROUP BY site_id
           ) c USING (site_id)
           WHERE alleles != (direction = 'loss' AND "end" - start >= 3000 AND coalesce(median_bins >= 3, false) AND NOT coalesce(unknown, false))""",
    ),
    Invariant(
        "R9",
        "a site's inner ends are its ends drawn in by half its mean bin, without bins by the median of its members' uncertainties, at most a third",
        _SITES,
        """WITH held AS (
               SELECT e.site_id, median(e.inner_start - e.start) AS at_start, median(e."end" - e.inner_end) AS at_end
               FROM events e JOIN counting c ON c.chrom = e.chrom AND c.sample_id = e.sample_id
               WHERE e.credible AND NOT c.outlier AND e.site_id IS NOT NULL GROUP BY e.site_id
           )
           SELECT count(*) FROM sites s LEFT JOIN held h USING (site_id)
           WHERE inner_start IS DISTINCT FROM start + floor(least(coalesce(("end" - start) / nullif(median_bins, 0) / 2, h.at_start), ("end" - start) / 3))
              OR inner_end IS DISTINCT FROM "end" - floor(least(coalesce(("end" - start) / nullif(median_bins, 0) / 2, h.at_end), ("end" - start) / 3))""",
    ),
    Invariant(
        "R11",
        "a site's problem is every kind of region that covers half of it or more, in alphabetical order, and none where there is none",
        _SITES,
        """WITH touched AS (
               SELECT s.site_id, p.kind, s."end" - s.start AS length, greatest(s.start, p.start) AS start, least(s."end", p."end") AS "end"
               FROM sites s JOIN problem_regions p ON p.chrom = s.chrom AND p.start < s."end" AND p."end" > s.start
           ),
           reach AS (
               SELECT *, max("end") OVER (PARTITION BY site_id, kind ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
               FROM touched
           ),
           covered AS (
               SELECT site_id, kind, sum(greatest(0, "end" - greatest(start, coalesce(reached, start)))) AS bases FROM reach GROUP BY site_id, kind, length
               HAVING 2 * bases >= length
           ),
           named AS (SELECT site_id, string_agg(kind, ', ' ORDER BY kind) AS kinds FROM covered GROUP BY site_id)
           SELECT count(*) FROM sites s LEFT JOIN named n USING (site_id) WHERE s.problem IS DISTINCT FROM n.kinds""",
    ),
    Invariant(
        "R9",
        "counts of a site are its carriers in every group, each once a level, with the copy number of the event of most bins, of as many the lower",
        "SELECT count(*) FROM (SELECT DISTINCT site_id, sample_id FROM events JOIN counting USING (chrom, sample_id) WHERE site_id IS NOT NULL)",
        """WITH held AS (
               SELECT e.site_id, e.sample_id, c.population, c.sex, c.unrelated, c.outlier, e.class, e.copy_number, e.expected_copy_number,
                   CASE WHEN e.pass THEN 0 WHEN e.credible THEN 1 WHEN e.sensitive THEN 2 ELSE 3 END AS rank, e.bins, e.start, e."end", e.event_id
               FROM events e JOIN counting c ON c.chrom = e.chrom AND c.sample_id = e.sample_id WHERE e.site_id IS NOT NULL
           ),
           several AS (SELECT site_id, sample_id FROM held GROUP BY ALL HAVING count(*) > 1),
           levels(level, least) AS (VALUES ('pass', 0), ('credible', 1), ('sensitive', 2), ('all', 3)),
           alone AS (
               SELECT site_id, rank, population, sex, unrelated, outlier, class, copy_number, expected_copy_number, count(*) AS carriers
               FROM held ANTI JOIN several USING (site_id, sample_id) GROUP BY ALL
           ),
           chosen AS (
               SELECT site_id, level, population, sex, unrelated, outlier, class, copy_number, expected_copy_number, 1 AS carriers
               FROM held SEMI JOIN several USING (site_id, sample_id) JOIN levels ON rank <= least
               QUALIFY row_number() OVER (PARTITION BY site_id, sample_id, level
                   ORDER BY coalesce(bins, -1) DESC, copy_number NULLS LAST, start, "end", event_id) = 1
           ),
           compared_rows AS (
               SELECT site_id, level, population, sex, unrelated, outlier, class, copy_number, expected_copy_number, carriers, 0 AS rows
               FROM alone JOIN levels ON rank <= least
               UNION ALL BY NAME SELECT *, 0 AS rows FROM chosen
               UNION ALL BY NAME SELECT * REPLACE (level::VARCHAR AS level, -carriers::INTEGER AS carriers), 1 AS rows FROM site_counts
           )
           SELECT count(*) FROM (SELECT 1 FROM compared_rows GROUP BY site_id, level, population, sex, unrelated, outlier, class, copy_number, expected_copy_number
             HAVING sum(carriers) != 0 OR sum(rows) != 1)""",
    ),
    Invariant(
        "R7",
        "a site has the genes that its founding interval touches, each once",
        "SELECT count(*) FROM genes",
        """WITH placed AS (SELECT site_id, enum_code(chrom) * 1000000000::BIGINT + start AS first, enum_code(chrom) * 1000000000::BIGINT + "end" AS last FROM sites),
           holding AS (SELECT gene_id, enum_code(chrom) * 1000000000::BIGINT + start AS first, enum_code(chrom) * 1000000000::BIGINT + "end" AS last FROM genes),
           touched AS (SELECT site_id, gene_id FROM placed s JOIN holding g ON g.first < s.last AND g.last > s.first)
           SELECT count(*) FROM (SELECT 1 FROM (SELECT site_id, gene_id, 1 AS said, 0 AS found FROM site_genes UNION ALL SELECT site_id, gene_id, 0, 1 FROM touched)
             GROUP BY site_id, gene_id HAVING sum(said) != sum(found))""",
    ),
    Invariant(
        "R7",
        "a site is coding for a gene if its loss, drawn in, takes a coding base or its gain holds 75 % of them; without any exons stand for them, without a transcript it touches the gene",
        "SELECT count(*) FROM site_genes",
        """WITH pairs AS (
               SELECT n.site_id, n.gene_id, n.coding, s.start, s."end", s.direction, t.transcript_id, coalesce(t.coding_bases, 0) AS bases,
                   CASE WHEN s.direction = 'loss' THEN s.inner_start ELSE s.start END AS first, CASE WHEN s.direction = 'loss' THEN s.inner_end ELSE s."end" END AS last
               FROM site_genes n JOIN sites s USING (site_id) JOIN genes g USING (gene_id) LEFT JOIN transcripts t ON t.transcript_id = g.transcript_id
           ),
           taken AS (
               SELECT p.site_id, p.gene_id, any_value(p.coding) AS coding, any_value(p.direction) AS direction,
                   p.transcript_id IS NULL AS touches,
                   sum(CASE WHEN p.bases > 0 THEN x.coding_end - x.coding_start ELSE x."end" - x.start END) AS whole,
                   sum(CASE WHEN p.bases > 0 THEN greatest(0, least(p.last, x.coding_end) - greatest(p.first, x.coding_start))
                       ELSE greatest(0, least(p.last, x."end") - greatest(p.first, x.start)) END) AS taken
               FROM pairs p LEFT JOIN exons x ON x.transcript_id = p.transcript_id AND (p.bases = 0 OR x.coding_start IS NOT NULL)
               GROUP BY p.site_id, p.gene_id, touches
           )
           SELECT count(*) FROM taken WHERE coding != (touches OR coalesce(taken > 0 AND (direction = 'loss' OR 4 * taken >= 3 * whole), false))""",
    ),
)
