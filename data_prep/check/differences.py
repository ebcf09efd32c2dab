"""What must hold of differences between populations and of Hardy-Weinberg proportion (rule R10).

Worked out again person by person from members and samples; `sites` lends the problem regions and which sites have
alleles, which are proven apart. A p value that is a sum over tables is summed again where the tables are few; where they
are many, it is held between the probability of the table seen and the p values of sites as common.
"""

from typing import Final

import duckdb

from data_prep.check.invariant import Invariant

COMPARED: Final = """
    CREATE TEMP TABLE compared AS
    SELECT chrom, sample_id, population, superpopulation, sex FROM counting WHERE unrelated AND NOT outlier AND superpopulation != 'unknown'
"""
"""One row a person and chromosome on which that person is compared."""

LISTED: Final = """
    CREATE TEMP TABLE listed AS
    SELECT s.site_id, s.chrom, s.start, s."end", s.direction, s.alleles, s.chrom NOT IN ('chrX', 'chrY') AS autosomal, m.carriers,
        (SELECT count(*) FROM compared c WHERE c.chrom = s.chrom) AS samples
    FROM sites s JOIN (
        SELECT m.site_id, count(DISTINCT m.sample_id) AS carriers FROM members m JOIN compared c USING (chrom, sample_id) GROUP BY m.site_id
    ) m USING (site_id)
    WHERE s.problem IS NULL AND m.carriers >= 10
"""
"""One row a site that must have a difference."""

EXPECTED: Final = """
    CREATE TEMP TABLE expected AS
    WITH inside AS (
        SELECT s.site_id, s.chrom, any_value(s."end" - s.start) AS length,
            coalesce(sum(least(s."end", p."end") - greatest(s.start, p.start)) FILTER (p.chrom IS NOT NULL), 0) AS shared
        FROM listed s LEFT JOIN problem_regions p ON p.kind = 'par' AND p.chrom = s.chrom AND p.start < s."end" AND p."end" > s.start
        GROUP BY ALL
    )
    SELECT site_id, sex, CASE
            WHEN chrom NOT IN ('chrX', 'chrY') THEN 2
            WHEN chrom = 'chrY' AND sex IS NOT DISTINCT FROM 'XX' THEN 0
            WHEN 2 * shared > length THEN 2
            WHEN sex = 'XY' THEN 1
            WHEN sex = 'XX' THEN 2
            ELSE 0 END AS copies
    FROM inside, (VALUES ('XX'::karyotype_sex), ('XY'::karyotype_sex), (NULL)) sexes(sex)
"""
"""One row a listed site and sex: the copies expected of a person without a call (R2), 0 where there is no number."""

GROUPED: Final = """
    CREATE TEMP TABLE grouped AS
    WITH codes AS (
        SELECT 'superpopulation' AS grouped_by, superpopulation AS code, row_number() OVER (ORDER BY position, superpopulation) AS place FROM superpopulations
        UNION ALL
        SELECT 'population', population, row_number() OVER (ORDER BY position, population) FROM populations
    ),
    theirs AS (
        SELECT chrom, sample_id, sex, 'superpopulation' AS grouped_by, superpopulation AS code FROM compared
        UNION ALL SELECT chrom, sample_id, sex, 'population', population FROM compared
    )
    SELECT * FROM theirs JOIN codes USING (grouped_by, code)
"""
"""One row a person, chromosome and way to group; `place` is that of the group in its table."""

OWN: Final = """
    CREATE TEMP TABLE own AS
    SELECT m.site_id, m.chrom, m.sample_id, m.copy_number, m.expected_copy_number
    FROM members m JOIN listed l USING (site_id) JOIN compared c ON c.chrom = m.chrom AND c.sample_id = m.sample_id
    QUALIFY row_number() OVER (PARTITION BY m.site_id, m.sample_id ORDER BY coalesce(m.bins, -1) DESC, m.copy_number NULLS LAST, m.start, m."end") = 1
"""
"""One row a listed site and carrier: the event of most bins, of as many the lower copy number (R9)."""

CELLS: Final = """
    CREATE TEMP TABLE cells AS
    WITH people AS (
        SELECT chrom, grouped_by, code, place, sex, count(*) AS people FROM grouped GROUP BY ALL
    ),
    sized AS (
        SELECT l.site_id, p.grouped_by, p.code, p.place, sum(p.people) AS people, sum(p.people * x.copies) AS alleles
        FROM listed l JOIN people p USING (chrom) JOIN expected x ON x.site_id = l.site_id AND x.sex IS NOT DISTINCT FROM p.sex
        GROUP BY ALL
    ),
    held AS (
        SELECT o.site_id, g.grouped_by, g.code, count(*) AS carriers, sum(o.expected_copy_number::INTEGER - o.copy_number) AS lost,
            sum(o.expected_copy_number::INTEGER - x.copies) AS more
        FROM own o JOIN grouped g USING (chrom, sample_id) JOIN expected x ON x.site_id = o.site_id AND x.sex IS NOT DISTINCT FROM g.sex
        GROUP BY ALL
    )
    SELECT s.site_id, s.grouped_by, s.code, s.place, s.people::INTEGER AS people, coalesce(h.carriers, 0)::INTEGER AS carriers,
        coalesce(h.lost, 0)::DOUBLE AS lost, (s.alleles + coalesce(h.more, 0))::DOUBLE AS alleles
    FROM sized s LEFT JOIN held h USING (site_id, grouped_by, code)
"""
"""One row a listed site and group with anybody on the chromosome: people, carriers, lost alleles and all alleles (R6)."""

NEAR: Final = """
    CREATE TEMP TABLE near AS
    SELECT l.site_id, m.chrom, m.sample_id,
        CASE WHEN m.copy_number - m.expected_copy_number::INTEGER > 8 THEN 8 ELSE m.copy_number - m.expected_copy_number::INTEGER END AS away
    FROM listed l JOIN fits f USING (site_id) JOIN intervals i USING (interval_id)
    JOIN members m ON m.chrom = i.chrom AND m.start = i.start AND m."end" = i."end" AND m.direction = i.direction
    JOIN compared c ON c.chrom = m.chrom AND c.sample_id = m.sample_id
    QUALIFY row_number() OVER (PARTITION BY l.site_id, m.sample_id ORDER BY coalesce(m.bins, -1) DESC, m.copy_number NULLS LAST, m.start, m."end") = 1
"""
"""One row a listed site and person with a credible event of either direction that fits it: copies away from the expected,
null where the caller gives no number. The cap is no `least`, which leaves nulls out and would make 8 of them."""

SPREAD: Final = """
    CREATE TEMP TABLE spread AS
    SELECT c.site_id, c.grouped_by, c.code, c.place, c.people, coalesce(n.total, 0)::BIGINT AS total, coalesce(n.squares, 0)::BIGINT AS squares
    FROM cells c LEFT JOIN (
        SELECT n.site_id, g.grouped_by, g.code, sum(away) AS total, sum(away * away) AS squares
        FROM near n JOIN grouped g USING (chrom, sample_id) GROUP BY ALL
    ) n USING (site_id, grouped_by, code)
    WHERE c.site_id NOT IN (SELECT site_id FROM near WHERE away IS NULL)
"""
"""One row a cell of a site at which everybody has a number: the sum of copies away from the expected, and of their squares."""

TESTED: Final = """
    CREATE TEMP TABLE tested AS
    WITH shares AS (
        SELECT l.site_id, l.chrom, l.carriers AS held, l.samples AS n, c.people, c.carriers, l.carriers / l.samples AS share
        FROM listed l JOIN cells c ON c.site_id = l.site_id AND c.grouped_by = 'superpopulation'
    )
    SELECT site_id, chrom, n, least(held, n - held) AS fewer, count(*) AS groups,
        CASE WHEN held < n AND count(*) > 1 THEN
            sum((carriers - people * share) ** 2 / (people * share) + (people * share - carriers) ** 2 / (people * (1 - share))) END AS chi_square,
        CASE WHEN held < n AND count(*) > 1 THEN min(people) * least(share, 1 - share) < 5 ELSE false END AS exact,
        exp(sum(lgamma(people + 1) - lgamma(carriers + 1) - lgamma(people - carriers + 1))
            - (lgamma(n + 1) - lgamma(held + 1) - lgamma(n - held + 1))) AS seen,
        exp(lgamma(least(held, n - held) + count(*)) - lgamma(least(held, n - held) + 1) - lgamma(count(*))) AS tables
    FROM shares GROUP BY site_id, chrom, n, held, share
"""
"""One row a listed site: its chi-square over super-populations, the probability of the table seen given its totals, and how
many tables have them."""

SUMMED: Final = """
    CREATE TEMP TABLE summed AS
    WITH RECURSIVE sizes AS (
        SELECT chrom, row_number() OVER (PARTITION BY chrom ORDER BY place) AS number, count(*) OVER (PARTITION BY chrom) AS groups, people
        FROM (SELECT chrom, place, count(*) AS people FROM grouped WHERE grouped_by = 'superpopulation' GROUP BY ALL)
    ),
    ways AS (
        SELECT DISTINCT chrom, n, fewer, 0::BIGINT AS number, 0::BIGINT AS used, 0::DOUBLE AS log_ways, 0::DOUBLE AS squares
        FROM tested WHERE exact AND tables <= 5000
        UNION ALL
        SELECT chrom, n, fewer, number, used + taken, log_ways + lgamma(people + 1) - lgamma(taken + 1) - lgamma(people - taken + 1),
            squares + taken * taken / people
        FROM (
            SELECT w.chrom, w.n, w.fewer, s.number, w.used, w.log_ways, w.squares, s.people,
                unnest(range(CASE WHEN s.number = s.groups THEN w.fewer - w.used ELSE 0 END, least(s.people, w.fewer - w.used) + 1)) AS taken
            FROM ways w JOIN sizes s ON s.chrom = w.chrom AND s.number = w.number + 1
        )
    ),
    whole AS (
        SELECT chrom, fewer, exp(log_ways - (lgamma(n + 1) - lgamma(fewer + 1) - lgamma(n - fewer + 1))) AS probability,
            (squares - fewer * fewer / n) / (fewer / n * (1 - fewer / n)) AS chi_square
        FROM ways JOIN sizes USING (chrom, number) WHERE number = groups
    )
    SELECT t.site_id, sum(w.probability) AS p
    FROM tested t JOIN whole w ON w.chrom = t.chrom AND w.fewer = t.fewer AND w.chi_square >= t.chi_square - 1e-9 * (1 + t.chi_square)
    WHERE t.exact GROUP BY t.site_id
"""
"""One row a site of few tables: the probability of every table with its totals whose chi-square is as large or larger."""

PAIRS: Final = """
    CREATE TEMP TABLE pairs AS
    WITH alleles AS (
        SELECT c.*, c.lost / c.alleles AS p FROM cells c JOIN listed l USING (site_id) WHERE l.alleles AND c.alleles >= 2
    ),
    hudson AS (
        SELECT a.site_id, a.grouped_by, a.code AS first, b.code AS second,
            (a.p - b.p) ** 2 - a.p * (1 - a.p) / (a.alleles - 1) - b.p * (1 - b.p) / (b.alleles - 1) AS above,
            a.p * (1 - b.p) + b.p * (1 - a.p) AS below
        FROM alleles a JOIN alleles b ON b.site_id = a.site_id AND b.grouped_by = a.grouped_by AND b.place > a.place
    ),
    varied AS (
        SELECT a.site_id, a.grouped_by, a.code AS first, b.code AS second, a.people + b.people AS n, a.total + b.total AS total,
            a.squares + b.squares AS squares, a.total * a.total / a.people + b.total * b.total / b.people AS within
        FROM spread a JOIN spread b ON b.site_id = a.site_id AND b.grouped_by = a.grouped_by AND b.place > a.place
    )
    SELECT grouped_by, first, second, site_id, above, below, NULL::DOUBLE AS between, NULL::DOUBLE AS overall FROM hudson WHERE below > 0
    UNION ALL
    SELECT grouped_by, first, second, site_id, NULL, NULL, (within - total * total / n) / n, (squares - total * total / n) / n
    FROM varied WHERE n * squares > total * total
"""
"""One row a listed site and pair of groups, for Hudson's two parts (Bhatia et al. 2013) and another for V_T - V_S and V_T."""

OVER_SITES: Final = """
    CREATE TEMP TABLE over_sites AS
    SELECT grouped_by, first, second, sum(above) / sum(below) AS fst, count(below) AS fst_sites, sum(between) / sum(overall) AS vst, count(overall) AS vst_sites
    FROM pairs JOIN listed USING (site_id) WHERE autosomal GROUP BY ALL
"""
"""One row a pair of groups: ratios of sums over the autosomal sites."""

PROPORTIONS: Final = """
    CREATE TEMP TABLE proportions AS
    WITH two AS (
        SELECT l.site_id, l.chrom, x.sex FROM listed l JOIN expected x USING (site_id) WHERE l.alleles AND x.copies = 2
    ),
    held AS (
        SELECT t.site_id, c.population, count(*) FILTER (o.copy_number = 0) AS none, count(*) FILTER (o.copy_number = 1) AS one,
            count(*) FILTER (o.copy_number > 1) AS odd
        FROM own o JOIN compared c USING (chrom, sample_id) JOIN two t ON t.site_id = o.site_id AND t.sex IS NOT DISTINCT FROM c.sex
        GROUP BY ALL
    ),
    people AS (SELECT chrom, population, sex, count(*) AS people FROM compared GROUP BY ALL),
    sized AS (
        SELECT t.site_id, p.population, sum(p.people) AS people FROM two t JOIN people p ON p.chrom = t.chrom AND p.sex IS NOT DISTINCT FROM t.sex GROUP BY ALL
    )
    SELECT site_id, population, none AS copies_0, one AS copies_1, people - none - one - odd AS copies_2
    FROM held JOIN sized USING (site_id, population) WHERE none + one > 0
"""
"""One row a listed site with alleles and population in which it occurs: people by copies, of those who should have two."""

HELD_ALLELES: Final = """
    CREATE TEMP TABLE held_alleles AS
    WITH places AS (
        SELECT s.site_id, s.chrom, any_value(s."end" - s.start) AS length,
            coalesce(sum(least(s."end", p."end") - greatest(s.start, p.start)) FILTER (p.chrom IS NOT NULL), 0) AS shared
        FROM sites s LEFT JOIN problem_regions p ON p.kind = 'par' AND p.chrom = s.chrom AND p.start < s."end" AND p."end" > s.start
        WHERE s.alleles GROUP BY ALL
    ),
    people AS (SELECT chrom, sex, count(*) AS people FROM counting WHERE unrelated AND NOT outlier GROUP BY ALL),
    copies AS (
        SELECT site_id, k.sex, k.people, CASE WHEN chrom NOT IN ('chrX', 'chrY') OR 2 * shared > length THEN 2 ELSE
            CASE k.sex WHEN 'XY' THEN 1 WHEN 'XX' THEN 2 ELSE 0 END END AS copies
        FROM places JOIN people k USING (chrom)
    ),
    spoken AS (
        SELECT m.site_id, c.sex, m.copy_number AS n, m.expected_copy_number::INTEGER AS x
        FROM members m JOIN places USING (site_id) JOIN counting c ON c.chrom = m.chrom AND c.sample_id = m.sample_id WHERE c.unrelated
        QUALIFY row_number() OVER (PARTITION BY m.site_id, m.sample_id ORDER BY coalesce(m.bins, -1) DESC, m.copy_number, m.start, m."end") = 1
    ),
    carried AS (
        SELECT site_id, sum(greatest(x - n, 0)) AS lost, sum(x - copies) AS more, count(*) FILTER (copies = 2 AND n = 0) AS copies_0,
            count(*) FILTER (copies = 2 AND n = 1) AS copies_1, count(*) FILTER (copies = 2 AND n > 1) AS odd
        FROM spoken s JOIN copies k USING (site_id) WHERE k.sex IS NOT DISTINCT FROM s.sex GROUP BY site_id
    ),
    whole AS (SELECT site_id, sum(people * copies) AS total, sum(people) FILTER (copies = 2) AS two FROM copies GROUP BY site_id)
    SELECT site_id, coalesce(lost, 0) AS lost, total + coalesce(more, 0) AS total, coalesce(copies_0, 0) AS copies_0, coalesce(copies_1, 0) AS copies_1,
        coalesce(two, 0) - coalesce(copies_0, 0) - coalesce(copies_1, 0) - coalesce(odd, 0) AS copies_2
    FROM places LEFT JOIN whole USING (site_id) LEFT JOIN carried USING (site_id)
"""
"""One row a site with alleles (R6): lost and all alleles of unrelated people who count, and those of two copies by copies."""

WEINBERG: Final = """
    CREATE TEMP TABLE weinberg AS
    WITH asked AS (
        SELECT DISTINCT copies_0::BIGINT + copies_1 + copies_2 AS n, least(2 * copies_0::BIGINT + copies_1, 2 * copies_2::BIGINT + copies_1) AS rarer,
            copies_1::BIGINT AS mixed
        FROM (SELECT copies_0, copies_1, copies_2 FROM site_hardy_weinberg UNION SELECT copies_0, copies_1, copies_2 FROM held_alleles WHERE copies_2 >= 0)
    ),
    ways AS (SELECT n, rarer, unnest(range(rarer % 2, rarer + 1, 2)) AS mixed FROM (SELECT DISTINCT n, rarer FROM asked)),
    weights AS (
        SELECT n, rarer, mixed, mixed * ln(2) - lgamma((rarer - mixed) // 2 + 1) - lgamma(mixed + 1) - lgamma(n - (rarer + mixed) // 2 + 1) AS log_weight FROM ways
    ),
    shares AS (
        SELECT n, rarer, mixed, exp(log_weight - max(log_weight) OVER everyone) AS weight FROM weights WINDOW everyone AS (PARTITION BY n, rarer)
    )
    SELECT a.n, a.rarer, a.mixed, sum(b.weight) FILTER (b.weight <= a.weight * (1 + 1e-9)) / sum(b.weight) AS p
    FROM asked JOIN shares a ON a.n = asked.n AND a.rarer = asked.rarer AND a.mixed = asked.mixed JOIN shares b ON b.n = a.n AND b.rarer = a.rarer
    GROUP BY ALL
"""
"""One row a number of people, of rarer alleles and of people with one of each: the exact p (Wigginton et al. 2005)."""

_TOLD: Final = "SELECT count(*) FROM tested JOIN site_differences USING (site_id)"
_PAIRS_TOLD: Final = "over_sites o JOIN population_differences d USING (grouped_by, first, second)"

INVARIANTS: Final = (
    Invariant(
        "R10",
        "differences are told once for each site with 10 carriers or more outside problem regions, and for no other",
        "SELECT count(*) FROM listed",
        """SELECT count(*) FROM (SELECT 1 FROM (SELECT site_id, 1 AS due, 0 AS told FROM listed UNION ALL SELECT site_id, 0, 1 FROM site_differences)
             GROUP BY site_id HAVING sum(due) != 1 OR sum(told) != 1)""",
    ),
    Invariant(
        "R10",
        "carriers and people compared are unrelated, of known super-population, and no outliers",
        _TOLD,
        """SELECT count(*) FROM listed l JOIN site_differences d USING (site_id)
           WHERE d.carriers != l.carriers OR d.samples != l.samples OR d.direction != l.direction""",
    ),
    Invariant(
        "R10",
        "chi-square is that of carriers and others over the super-populations, and exact says that an expected count is below 5",
        _TOLD,
        """SELECT count(*) FROM tested t JOIN site_differences d USING (site_id)
           WHERE differs(d.chi_square, t.chi_square) OR d.exact != t.exact""",
    ),
    Invariant(
        "R10",
        "p is that of the chi-square distribution where it is not exact",
        f"{_TOLD} WHERE NOT tested.exact",
        # Q(1, y) = exp(-y) and Q(1/2, y) = erfc(sqrt y), the latter by Craig's integral; then Q(a + 1, y) = Q(a, y) + y^a exp(-y) / Gamma(a + 1)
        """SELECT count(*) FROM (
             SELECT d.p AS said, t.chi_square / 2 AS y, t.groups - 1 AS freedom, CASE WHEN t.chi_square IS NOT NULL THEN
                 CASE WHEN freedom % 2 = 0 THEN exp(-y) ELSE list_avg([exp(-y / sin((k + 0.5) * pi() / 4000) ** 2) for k in range(0, 2000)]) END
                 + coalesce(list_sum([y ** (a / 2) * exp(-y) / gamma(a / 2 + 1) for a in range(2 - freedom % 2, freedom, 2)]), 0) END AS p
             FROM tested t JOIN site_differences d USING (site_id) WHERE NOT t.exact)
           WHERE differs_in_share(said, p)""",
    ),
    Invariant(
        "R10",
        "an exact p is the probability of all tables as uneven: summed where tables are few, else no less than that of the table seen",
        f"{_TOLD} WHERE tested.exact",
        """SELECT count(*) FROM tested t LEFT JOIN summed s USING (site_id) JOIN site_differences d USING (site_id)
           WHERE t.exact AND coalesce(NOT d.p BETWEEN 0 AND 1 OR CASE WHEN t.tables <= 5000 THEN differs_in_share(d.p, CASE WHEN s.p > 1 THEN 1 ELSE s.p END)
             WHEN t.tables <= 100000 THEN d.p < t.seen * (1 - 1e-6) END, d.p IS NULL)""",
    ),
    Invariant(
        "R10",
        "of two sites of a chromosome with as many carriers the one with the larger chi-square has no larger exact p",
        f"{_TOLD} WHERE tested.exact",
        """SELECT count(*) FROM (
             SELECT d.p, max(d.p) OVER (PARTITION BY t.chrom, t.fewer ORDER BY t.chi_square DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS below
             FROM tested t JOIN site_differences d USING (site_id) WHERE t.exact)
           WHERE p < below * (1 - 1e-6)""",
    ),
    Invariant(
        "R10",
        "q values are those of Benjamini and Hochberg over the p values of one direction",
        _TOLD,
        """WITH ranked AS (
               SELECT site_id, p, q, direction, p * count(*) OVER (PARTITION BY direction) / row_number() OVER (PARTITION BY direction ORDER BY p) AS raised,
                   row_number() OVER (PARTITION BY direction ORDER BY p) AS rank
               FROM site_differences WHERE p IS NOT NULL
           ),
           adjusted AS (
               SELECT q, least(1, min(raised) OVER (PARTITION BY direction ORDER BY rank ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS due FROM ranked
           )
           SELECT (SELECT count(*) FROM adjusted WHERE differs_in_share(q, due)) + (SELECT count(*) FROM site_differences WHERE p IS NULL AND q IS NOT NULL)""",
    ),
    Invariant(
        "R10",
        "F_ST of a site is Hudson's over its pairs of super-populations, and null where there are no alleles",
        _TOLD,
        """SELECT count(*) FROM site_differences d JOIN listed USING (site_id) LEFT JOIN (
               SELECT site_id, sum(above) / sum(below) AS fst FROM pairs WHERE grouped_by = 'superpopulation' AND below IS NOT NULL GROUP BY site_id
           ) p USING (site_id)
           WHERE differs(d.fst, p.fst)""",
    ),
    Invariant(
        "R10",
        "V_ST of a site is the share of the variance of copies that lies between super-populations, and null where nothing varies",
        _TOLD,
        """SELECT count(*) FROM site_differences d JOIN listed USING (site_id) LEFT JOIN (
               SELECT site_id, (sum(total * total / people) - sum(total) ** 2 / sum(people)) / (sum(squares) - sum(total) ** 2 / sum(people)) AS vst
               FROM spread WHERE grouped_by = 'superpopulation' GROUP BY site_id HAVING sum(people) * sum(squares) > sum(total) ** 2
           ) s USING (site_id)
           WHERE differs(d.vst, s.vst) OR NOT coalesce(d.vst BETWEEN -1e-9 AND 1 + 1e-9, true)""",
    ),
    Invariant(
        "R10",
        "every pair of groups that can be compared has one row, the earlier of their table first",
        "SELECT count(*) FROM over_sites",
        """SELECT count(*) FROM (SELECT 1 FROM (SELECT grouped_by, first, second, 1 AS due, 0 AS told FROM over_sites
             UNION ALL SELECT grouped_by, first, second, 0, 1 FROM population_differences)
             GROUP BY grouped_by, first, second HAVING sum(due) != 1 OR sum(told) != 1)""",
    ),
    Invariant(
        "R10",
        "F_ST of a pair is the ratio of sums over autosomal sites",
        f"SELECT count(*) FROM {_PAIRS_TOLD}",
        f"SELECT count(*) FROM {_PAIRS_TOLD} WHERE differs(d.fst, o.fst) OR d.fst_sites != o.fst_sites",
    ),
    Invariant(
        "R10",
        "V_ST of a pair is the ratio of sums over autosomal sites",
        f"SELECT count(*) FROM {_PAIRS_TOLD}",
        f"SELECT count(*) FROM {_PAIRS_TOLD} WHERE differs(d.vst, o.vst) OR d.vst_sites != o.vst_sites",
    ),
    Invariant(
        "R10",
        "Hardy-Weinberg counts are people by copies, in every population that has the site's alleles",
        "SELECT count(*) FROM proportions",
        """SELECT count(*) FROM (SELECT 1 FROM (SELECT site_id, population, copies_0, copies_1, copies_2, 1 AS due, 0 AS told FROM proportions
             UNION ALL SELECT site_id, population, copies_0, copies_1, copies_2, 0, 1 FROM site_hardy_weinberg)
             GROUP BY site_id, population, copies_0, copies_1, copies_2 HAVING sum(due) != 1 OR sum(told) != 1)""",
    ),
    Invariant(
        "R6",
        "allele frequencies are lost alleles of all alleles of unrelated people, and only of sites with alleles",
        "SELECT count(*) FROM sites",
        """SELECT count(*) FROM sites s LEFT JOIN held_alleles h USING (site_id)
           WHERE differs(s.allele_frequency, CASE WHEN h.total > 0 THEN h.lost / h.total END)""",
    ),
    Invariant(
        "R6",
        "the bounds of allele frequencies are the roots of Wilson's equation: the share lies 1.96 standard errors away from each",
        "SELECT count(*) FROM held_alleles WHERE total > 0",
        """SELECT count(*) FROM sites s LEFT JOIN held_alleles h USING (site_id), (VALUES (1.959963984540054 ** 2)) z(z)
           WHERE ((af_ci_low IS NULL OR af_ci_high IS NULL) != (coalesce(h.total, 0) = 0))
              OR af_ci_low > h.lost / h.total + 1e-12 OR af_ci_high < h.lost / h.total - 1e-12 OR af_ci_low NOT BETWEEN 0 AND 1 OR af_ci_high NOT BETWEEN 0 AND 1
              OR abs((h.lost / h.total - af_ci_low) ** 2 - z * af_ci_low * (1 - af_ci_low) / h.total) > 1e-9
              OR abs((h.lost / h.total - af_ci_high) ** 2 - z * af_ci_high * (1 - af_ci_high) / h.total) > 1e-9
              OR (h.total > 0 AND af_ci_high - af_ci_low < 1e-9)""",
    ),
    Invariant(
        "R6",
        "Hardy-Weinberg p of a site is the exact one of the unrelated people of whom two copies are expected, and null where none of them carries",
        "SELECT count(*) FROM held_alleles WHERE copies_0 + copies_1 > 0",
        """SELECT count(*) FROM sites s LEFT JOIN held_alleles h USING (site_id) LEFT JOIN weinberg w ON h.copies_0 + h.copies_1 > 0
             AND w.n = h.copies_0 + h.copies_1 + h.copies_2 AND w.rarer = least(2 * h.copies_0 + h.copies_1, 2 * h.copies_2 + h.copies_1) AND w.mixed = h.copies_1
           WHERE differs_in_share(s.hwe_p, w.p)""",
    ),
    Invariant(
        "R10",
        "Hardy-Weinberg p is the exact one",
        "SELECT count(*) FROM site_hardy_weinberg",
        """SELECT count(*) FROM site_hardy_weinberg h LEFT JOIN weinberg w ON w.n = copies_0::BIGINT + copies_1 + copies_2
             AND w.rarer = least(2 * copies_0::BIGINT + copies_1, 2 * copies_2::BIGINT + copies_1) AND w.mixed = copies_1
           WHERE differs_in_share(h.p, w.p)""",
    ),
)


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables that the invariants name, from those of the groundwork."""
    for statement in (COMPARED, LISTED, EXPECTED, GROUPED, OWN, CELLS, NEAR, SPREAD, TESTED, SUMMED, PAIRS, OVER_SITES, PROPORTIONS, HELD_ALLELES, WEINBERG):  # fmt: skip
        con.execute(statement)
