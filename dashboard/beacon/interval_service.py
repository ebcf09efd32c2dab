"""The service `cnvFrequency`: how many people carry a loss or gain at any interval or gene, in every population, under each rule.

Beacon itself can say whether a place has been seen and which records there are; a laboratory asks what share of people has
such an event, "0 of 2,504, below 0.16 %" where nobody has. The numbers are those of the pages at their defaults.
"""

from collections.abc import Mapping
from typing import Any, Final

from dashboard.beacon import envelopes
from dashboard.beacon.operator import Operator
from dashboard.beacon.parameters import SHOWN
from dashboard.beacon.reading import RawRequest, add_values, parse_body
from dashboard.beacon.records import DECIMALS, copies_in_json, group_name, withheld_groups
from dashboard.beacon.request import BeaconRequest, from_raw
from dashboard.beacon.resolve import NotAssessable, gene_of, refuse_faults, why_not_assessable
from dashboard.beacon.vocabulary import EVERY, VCF_TYPE, WHOLE, classes_of_type
from dashboard.door.refusal import Refusal, RefusedError, refusal
from dashboard.operating.cells import NOTE
from dashboard.operating.disclosure import Detail, Disclosure
from dashboard.question.filters import ANY, CODING, CODING_TOUCH, HALF, HALF_OF_IT, Filters, Overlap, Rule
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from dashboard.question.target import Target, region_target
from dashboard.store.beacon_intervals import RuleCount, matching_sites, rule_counts
from dashboard.store.beacon_sites import GroupCount
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, gene_target
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CLASSES, CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import DEFAULT_LEVEL

MOST_QUERIES: Final = 500
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
        raw = RawRequest()
        add_values(raw, content, query)
        requests = [from_raw(raw)]
    else:
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise RefusedError(
                refusal(400, "queries is a list of objects with referenceName, start, end, variantType.")
            )
        if len(given) > MOST_QUERIES:
            raise RefusedError(refusal(400, f"At most {MOST_QUERIES} queries can be asked at once.", "queries"))
        requests = []
        for one in given:
            raw = RawRequest()
            add_values(raw, one, [])
            requests.append(from_raw(raw))
    faults: list[Problem] = []
    statuses: list[int] = []
    results = []
    for number, request in enumerate(requests):
        try:
            results.append(_result(database, request, operator.disclosure))
        except RefusedError as error:
            statuses.append(error.status)
            where = f"Query {number + 1}: " if given is not None else ""
            faults += [
                Problem(problem.parameter, problem.value, f"{where}{problem.sentence}")
                for problem in error.refusal.problems
            ]
    if faults:
        raise RefusedError(Refusal(403 if set(statuses) == {403} else 400, tuple(dict.fromkeys(faults))))
    return {
        "meta": {
            **envelopes.informational_meta(operator),
            "level": "credible and pass",
            "cohort": "unrelated",
            "outliers": "exclude",
            "generation": database.id,
            "coordinates": "0-based, half-open",
        },
        "response": {"results": results},
    }


def _result(database: Generation, request: BeaconRequest, disclosure: Disclosure) -> Content:
    refuse_faults(database, request)
    values = request.values
    interval, gene, not_assessable = _place(database, values)
    classes = _classes(values)
    least = disclosure.smallest_cell
    if least and set(classes) not in (set(EVERY), *WHOLE):
        sentence = (
            f"This server withholds numbers of fewer than {least} people, and counts losses and gains each as a whole."
        )
        raise RefusedError(refusal(403, sentence, "variantType", cut(",".join(values["variantType"]), SHOWN)))
    filters = Filters(classes=classes)
    content: Content = {
        "variantType": ",".join(values.get("variantType", ())) or "CNV",
        **({"geneId": values["geneId"]} if "geneId" in values else {}),
    }
    if interval is None:
        assert not_assessable is not None
        return content | {"notAssessable": not_assessable.as_json(), "rows": [], "sites": []}
    content |= {"referenceName": interval.chrom, "start": interval.start, "end": interval.end}
    by_target: list[tuple[Target, tuple[Overlap, ...]]]
    if gene is None:
        by_target = [(region_target(interval), RULES)]
    elif "start" in values:
        by_target = [(region_target(interval), RULES), (gene_target(database, gene), GENE_RULES)]
    else:
        by_target = [(gene_target(database, gene), (*GENE_RULES, *RULES))]
    if least:
        # under several rules and levels small numbers would follow by subtraction
        by_target = [(target, rules[:1]) for target, rules in by_target]
    rows: list[Content] = []
    for target, rules in by_target:
        reason = why_not_assessable(database, target, filters)
        not_assessable = not_assessable or reason
        for counts in rule_counts(database, target, filters, rules):
            if not least or counts.level is DEFAULT_LEVEL:
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


def _place(
    database: Generation, values: Mapping[str, Any]
) -> tuple[Interval | None, Gene | None, NotAssessable | None]:
    """The interval that is asked about, and the gene; no interval where the gene lies on none of the chromosomes."""
    gene: Gene | None = None
    reason: NotAssessable | None = None
    if name := values.get("geneId"):
        found = gene_of(database, name)
        if isinstance(found, Refusal):
            raise RefusedError(found)
        if isinstance(found, NotAssessable):
            reason = found
        else:
            gene = found
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
    asked = set(EVERY) if not types else {name for text in types for name in classes_of_type(text) or ()}
    if not asked:
        sentence = "variantType takes losses and gains: DEL, DUP, CNV, or terms for them."
        raise RefusedError(refusal(400, sentence, "variantType", cut(",".join(types or ()), SHOWN)))
    return tuple(name for name in CLASSES if name in asked)


def _rows(database: Generation, counts: RuleCount, least: int) -> list[Content]:
    shared = {"rule": str(counts.rule), "level": counts.level.value, "variantType": VCF_TYPE[counts.direction]}
    return [
        {
            **group_name(database, group.group),
            **shared,
            "carriers": group.carriers,
            "samples": group.samples,
            "frequency": _rounded(group.frequency),
            "ciLow": _rounded(group.ci_low),
            "ciHigh": _rounded(group.ci_high),
            "copyNumbers": copies_in_json(group),
            **({"note": note} if (note := _note(group, counts.no_share, least)) else {}),
        }
        for group in withheld_groups(database, counts.groups, least)
    ]


def _note(group: GroupCount, no_share: str, least: int) -> str:
    """What must be known of a row: why its carriers are no share of people, or why there is no number."""
    withheld = NOTE.format(least) if group.withheld or group.copy_numbers is None else ""
    return "; ".join(part for part in (no_share, withheld) if part)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, DECIMALS)
