"""The service `cnvFrequency`: how many people carry a loss or gain at any interval or gene, in every population, under each rule.

Beacon itself can say whether a place has been seen and which records there are; a laboratory asks what share of people has
such an event, "0 of 2,504, below 0.16 %" where nobody has. The numbers are those of the pages: at their defaults, or under
the filters that an address of theirs names (R13).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dashboard.beacon import envelopes
from dashboard.beacon.operator import Operator
from dashboard.beacon.page_filters import PageFilters, parse_page_filters, part_values
from dashboard.beacon.parameters import BY_NAME, SHOWN, Scope
from dashboard.beacon.reading import RawRequest, add_values, parse_body
from dashboard.beacon.records import DECIMALS, carrier_row, names_of_groups, withheld_groups
from dashboard.beacon.request import BeaconRequest, from_raw
from dashboard.beacon.resolve import NotAssessable, gene_of, refuse_faults, why_not_assessable
from dashboard.beacon.vocabulary import EVERY, VCF_TYPE, WHOLE, classes_of_type
from dashboard.door.refusal import Refusal, RefusedError, refusal
from dashboard.operating.disclosure import Detail, Disclosure
from dashboard.question.filters import ANY, CODING, CODING_RULES, CODING_TOUCH, HALF, HALF_OF_IT, Overlap, Rule
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from dashboard.question.target import Target, region_target, site_target
from dashboard.store.beacon_intervals import LEVELS, RuleCount, matching_sites, rule_counts, silent_counts
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, gene_target
from dashboard.store.sites import Site, site_named
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CLASSES, CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import DEFAULT_LEVEL

MOST_QUERIES: Final = 500
USED: Final = ("referenceName", "start", "end", "geneId", "variantType", "assemblyId")
"""The parameters of a query."""
RULES: Final = (ANY, HALF_OF_IT, Overlap(Rule.RECIPROCAL, HALF), Overlap(Rule.COVERS))
GENE_RULES: Final = (CODING, CODING_TOUCH)

Content = dict[str, Any]


def answer(
    database: Generation, operator: Operator, query: list[tuple[str, str]], body: bytes, *, is_post: bool
) -> Content:
    """The answer to one query of an address, or to up to 500 of a body's `queries`. `RefusedError` with every fault of them."""
    content = parse_body(body)
    given = content.get("queries") if is_post or content else None
    if given is None:
        # what the query string names wins over a body
        queries = [_Query.read(content.items(), query)]
    else:
        if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
            raise RefusedError(
                refusal(400, "queries is a list of objects with referenceName, start, end, variantType.")
            )
        if len(given) > MOST_QUERIES:
            raise RefusedError(refusal(400, f"At most {MOST_QUERIES} queries can be asked at once.", "queries"))
        queries = [_Query.read(part.items(), ()) for part in given]
    faults: list[Problem] = []
    statuses: list[int] = []
    results = []
    for number, entry in enumerate(queries):
        try:
            results.append(_result(database, entry, operator.disclosure))
        except RefusedError as error:
            if given is None:
                raise
            statuses.append(error.status)
            faults += [
                Problem(problem.parameter, problem.value, f"Query {number + 1}: {problem.sentence}")
                for problem in error.refusal.problems
            ]
    if faults:
        raise RefusedError(Refusal(403 if set(statuses) == {403} else 400, tuple(dict.fromkeys(faults))))
    requests = [entry.request for entry in queries]
    ignored = list(dict.fromkeys(name for request in requests for name in (*request.ignored, *_unused(request))))
    return {
        "meta": {
            **envelopes.informational_meta(operator),
            "generation": database.id,
            "coordinates": "0-based, half-open",
        },
        **({"info": {"ignored": ignored}} if ignored else {}),
        "response": {"results": results},
    }


@dataclass(frozen=True, slots=True)
class _Query:
    """One query: the place and type as Beacon names them, and the filters of a page."""

    request: BeaconRequest
    page: Mapping[str, str]

    @classmethod
    def read(cls, content: Iterable[tuple[str, Any]], query: Iterable[tuple[str, str]]) -> "_Query":
        of_body, rest = part_values(content)
        of_query, pairs = part_values(query)
        raw = RawRequest()
        add_values(raw, dict(rest), pairs)
        return cls(from_raw(raw), of_body | of_query)


def _unused(request: BeaconRequest) -> list[str]:
    """Parameters of Beacon that the service has no use for: a filter does not narrow the rows, which are of every group."""
    given = [name for name in request.values if BY_NAME[name].scope is not Scope.META and name not in USED]
    return [*given, *(["filters"] if request.filters else [])]


def _result(published: Generation, query: _Query, disclosure: Disclosure) -> Content:
    refuse_faults(published, query.request)
    values = query.request.values
    page = parse_page_filters(published, query.page, of_gene="geneId" in values)
    _refuse_withheld(page, values, disclosure)
    database = published.of(page.filters.callset)
    if "variantType" in values and "class" in page.names:
        raise RefusedError(refusal(400, "Give a variantType or a class, not both.", "class", query.page["class"]))
    filters = page.filters if "class" in page.names else replace(page.filters, classes=_classes(values))
    site = _site(database, page)
    is_named = site is None or "geneId" in values or "start" in values
    interval, gene, not_assessable = _place(database, values) if is_named else (None, None, None)
    if site is not None:
        interval = interval or site.interval
    content: Content = {
        "variantType": ",".join(values.get("variantType", ())) or "CNV",
        **({"geneId": values["geneId"]} if "geneId" in values else {}),
        **({"site": page.site} if page.site else {}),
        "cohort": filters.cohort.value,
        "outliers": filters.outliers.value,
        "filters": {name: text for name, text in page.filters.to_query().items() if name not in ("cohort", "outliers")},
    }
    if interval is None:
        assert not_assessable is not None
        silent = silent_counts(database, filters, page.rules or (*GENE_RULES, *RULES), page.levels or LEVELS)
        rows = [row for counts in silent for row in _rows(database, counts, 0)]
        return content | {"notAssessable": not_assessable.as_json(), "rows": rows, "sites": []}
    content |= {"referenceName": interval.chrom, "start": interval.start, "end": interval.end}
    least = disclosure.smallest_cell
    rows = []
    for target, rules in _targets(database, values, interval, gene, site, page.rules):
        reason = why_not_assessable(database, target, filters)
        not_assessable = not_assessable or reason
        # under several rules and levels small numbers would follow by subtraction
        chosen, levels = (rules[:1], (DEFAULT_LEVEL,)) if least else (rules, page.levels or LEVELS)
        for counts in rule_counts(database, target, filters, chosen, levels):
            rows += _rows(database, counts, least)
    if not_assessable:
        content["notAssessable"] = not_assessable.as_json()
    sites = matching_sites(database, interval, filters.directions) if disclosure.tells(Detail.SITES) else []
    content["rows"] = rows
    content["sites"] = [
        {"id": site.name, "variantType": VCF_TYPE[site.direction], "reciprocalOverlap": round(site.overlap, DECIMALS)}
        for site in sites
    ]
    return content


def _refuse_withheld(page: PageFilters, values: Mapping[str, Any], disclosure: Disclosure) -> None:
    """`RefusedError` (403) for what would tell of a site, or let a small number be worked out, where the operator withholds these."""
    if page.site and (reason := disclosure.reason(Detail.SITES)):
        raise RefusedError(refusal(403, reason, "site", cut(page.site, SHOWN)))
    least = disclosure.smallest_cell
    if not least:
        return
    head = f"This server withholds numbers of fewer than {least} people, and"
    if page.names:
        name = min(page.names)
        sentence = f"{head} answers one question a place: leave out {', '.join(sorted(page.names))}."
        raise RefusedError(refusal(403, sentence, name))
    if set(_classes(values)) not in (set(EVERY), *WHOLE):
        sentence = f"{head} counts losses and gains each as a whole."
        raise RefusedError(refusal(403, sentence, "variantType", cut(",".join(values["variantType"]), SHOWN)))


def _site(database: Generation, page: PageFilters) -> Site | None:
    """The site that the page is narrowed to; `RefusedError` where there is none of this name."""
    if not page.site:
        return None
    site = site_named(database, page.site)
    if site is None:
        shown = cut(page.site, SHOWN)
        raise RefusedError(refusal(404, f"There is no site “{shown}”.", "site", shown))
    return site


def _targets(
    database: Generation,
    values: Mapping[str, Any],
    interval: Interval,
    gene: Gene | None,
    site: Site | None,
    rules: tuple[Overlap, ...],
) -> list[tuple[Target, tuple[Overlap, ...]]]:
    """What is counted, each with its rules: of a gene with an interval the coding rules at the gene, the others there."""
    if site is not None:
        return [(site_target(site.interval, site.site_id, site.direction), rules or (ANY,))]
    if gene is None:
        return [(region_target(interval), rules or RULES)]
    if "start" not in values:
        return [(gene_target(database, gene), rules or (*GENE_RULES, *RULES))]
    apart = [
        (region_target(interval), tuple(rule for rule in rules or RULES if rule.rule not in CODING_RULES)),
        (gene_target(database, gene), tuple(rule for rule in rules or GENE_RULES if rule.rule in CODING_RULES)),
    ]
    return [(target, chosen) for target, chosen in apart if chosen]


def _place(
    database: Generation, values: Mapping[str, Any]
) -> tuple[Interval | None, Gene | None, NotAssessable | None]:
    """The interval that is asked about, and the gene; no interval where the gene lies on none of the chromosomes."""
    gene: Gene | None = None
    reason: NotAssessable | None = None
    if name := values.get("geneId"):
        named = gene_of(database, name)
        if isinstance(named, Refusal):
            raise RefusedError(named)
        if isinstance(named, NotAssessable):
            reason = named
        else:
            gene = named
    start, end, chrom = values.get("start"), values.get("end"), values.get("referenceName")
    if not start:
        if gene is None and reason is None:
            sentence = "Say which interval: referenceName, start and end, 0-based and half-open; or geneId."
            raise RefusedError(refusal(400, sentence, "start"))
        return (gene.interval if gene else None), gene, reason
    if len(start) != 1 or not end or chrom not in LENGTHS:
        sentence = "An interval has one start and one end, on chromosome 1 to 22, X or Y."
        raise RefusedError(refusal(400, sentence, "start", cut(str(start), SHOWN)))
    if start[0] >= LENGTHS[chrom]:
        raise RefusedError(
            refusal(
                400, f"{chrom} has {LENGTHS[chrom]:,} bases: the start lies behind its end.", "start", str(start[0])
            )
        )
    return Interval(chrom, start[0], min(end[0], LENGTHS[chrom])), gene, reason


def _classes(values: Mapping[str, Any]) -> tuple[CallClass, ...]:
    """The classes that are counted, as a page takes them: a direction as one, parts of it apart."""
    types = values.get("variantType")
    classes = set(EVERY) if not types else {name for text in types for name in classes_of_type(text) or ()}
    if not classes:
        sentence = "variantType takes losses and gains: DEL, DUP, CNV, or terms for them."
        raise RefusedError(refusal(400, sentence, "variantType", cut(",".join(types or ()), SHOWN)))
    return tuple(name for name in CLASSES if name in classes)


def _rows(database: Generation, counts: RuleCount, least: int) -> list[Content]:
    names = names_of_groups(database)
    shared = {"rule": str(counts.rule), "level": counts.level.value, "variantType": VCF_TYPE[counts.direction]}
    groups = withheld_groups(database, counts.groups, least)
    return [carrier_row(names[group.group] | shared, group, counts.no_share, least) for group in groups]
