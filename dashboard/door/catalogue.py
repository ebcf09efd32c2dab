"""From the query string of an address of the catalogue to what it asks, with every problem of it; the same for page and file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard import settings
from dashboard.door.lookup import GeneMatch, NoMatch, Place, look_up
from dashboard.door.refusal import RefusedError, combine, refusal
from dashboard.question import catalogue as catalogue_names
from dashboard.question import query
from dashboard.question.catalogue import Catalogue
from dashboard.question.filters import ANY, CALLSET, Filters, parse
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.store.genes import Gene
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval

PAGE: Final = "page"
PLAIN_SORTS: Final = ("place", "length", "bins", "genes", "coding")
"""Orders that tell of no person, along the genome first."""
REGION: Final = "region"
"""Name of the place that the catalogue is narrowed to: whatever the search box takes as one, a gene among it."""
NOT_USED: Final = {
    name: f"{name} is not used for sites: a site is what its events made it." for name in ("overlap", "min_quality")
}
"""Names of filters that no site can be asked."""


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What an address asks of the catalogue of sites."""

    database: Generation
    filters: Filters
    catalogue: Catalogue
    place: Interval | None
    """None of the whole genome."""
    gene: Gene | None
    """The gene that the place is of, where a gene was named."""
    problems: tuple[Problem, ...]
    region: str = ""
    """What an address calls the place; empty for the whole genome."""
    heading: str = ""
    """What people call it: a gene's symbol, a band, or the interval."""

    def query(self) -> dict[str, str]:
        """Names and values of this question's address, defaults left out."""
        return ({REGION: self.region} if self.region else {}) | self.filters.to_query() | self.catalogue.to_query()


def resolve_catalogue(published: Generation, values: Mapping[str, str]) -> CatalogueQuestion:
    """What names and values of an address ask; what cannot be used is in `problems`, and its default in its place."""
    database = published.of(values.get(CALLSET, ""))
    filters, problems = parse(values, group_codes(database), ANY, tuple(published.callsets))
    catalogue, more = catalogue_names.parse(values)
    filters, catalogue, withheld = _permitted(filters, catalogue)
    if values.get(PAGE):
        withheld.append(Problem(PAGE, cut(values[PAGE], 60), f"“{PAGE}” is not used here: the table is scrolled."))
    problems = [*problems, *withheld, *more, *query.unused(values, (REGION, *catalogue_names.NAMES))]
    problems += [
        Problem(name, cut(values[name], 60), sentence) for name, sentence in NOT_USED.items() if values.get(name)
    ]
    place, gene, named, heading = None, None, "", ""
    if text := values.get(REGION, ""):
        outcome = look_up(database, text)
        if isinstance(outcome, Place):
            place, named, heading = outcome.interval, outcome.name, outcome.text
        elif isinstance(outcome, GeneMatch):
            place, gene = outcome.gene.interval, outcome.gene
            named, heading = gene.name, gene.symbol
        else:
            shown = cut(text, 60)
            sentence = (
                outcome.sentence
                if isinstance(outcome, NoMatch)
                else f"“{shown}” is no single place: give a region such as chr1:109,000,000-110,000,000, a band or a gene."
            )
            problems.append(Problem(REGION, shown, sentence))
    return CatalogueQuestion(database, filters, catalogue, place, gene, tuple(problems), named, heading)


def _permitted(filters: Filters, catalogue: Catalogue) -> tuple[Filters, Catalogue, list[Problem]]:
    """What this server takes of it, and a problem for each name that it does not: where small numbers are withheld sites are listed by
    what they are and of everyone, since an order, a bound or a group would give a withheld number away."""
    least = settings.disclosure().smallest_cell
    if not least:
        return filters, catalogue, []
    plain = Filters(
        classes=tuple(name for name in filters.classes if name in (CallClass.LOSS, CallClass.GAIN)),
        min_length=filters.min_length,
        max_length=filters.max_length,
        min_bins=filters.min_bins,
        callset=filters.callset,
    )
    kept = Catalogue(
        min_carriers=1,
        genes=catalogue.genes,
        few_bins=catalogue.few_bins,
        multi_allelic=catalogue.multi_allelic,
        problem=catalogue.problem,
        sort=catalogue.sort if catalogue.order in PLAIN_SORTS else PLAIN_SORTS[0],
    )
    taken = plain.to_query() | kept.to_query()
    problems = [
        Problem(
            name,
            cut(value, 60),
            f"{name} is not used so here: this server withholds numbers of fewer than {least} people, and lists sites by what they are.",
        )
        for name, value in (filters.to_query() | catalogue.to_query()).items()
        if taken.get(name) != value and not (name == "min_carriers" and catalogue.min_carriers == kept.min_carriers)
    ]
    return plain, kept, problems


def require_catalogue(published: Generation, values: Mapping[str, str]) -> CatalogueQuestion:
    """The same, or RefusedError (400) with every problem: a file cannot show a notice."""
    question = resolve_catalogue(published, values)
    if question.problems:
        raise RefusedError(combine([refusal(400, one.sentence, one.parameter, one.value) for one in question.problems]))
    return question
