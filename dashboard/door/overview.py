"""From a query string to what is looked at of the whole cohort, or to a refusal with every problem of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.counting.along import EVERYONE
from dashboard.door.refusal import Refusal, RefusedError
from dashboard.door.resolve import Request, read_request
from dashboard.question.filters import Cohort, Filters
from dashboard.question.problem import Problem
from dashboard.question.subject import Kind
from dashboard.question.versus import VERSUS, parse_versus, to_text
from dashboard.question.view import Scale
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation
from data_prep.domain.levels import Level


@dataclass(frozen=True, slots=True)
class Overview:
    """What is looked at of the whole cohort."""

    database: Generation
    filters: Filters
    group: str
    """The super-population that is drawn along the genome, or `all`."""
    versus: str
    """The one that it is compared with; empty for none."""
    level: Level
    """The level at which bins are stored that comes nearest to the one asked for."""
    scale: Scale
    """Logarithmic unless the address asks for linear: mean shares are hundreds of times smaller than the largest."""
    problems: tuple[Problem, ...]
    """What of the address is not used."""
    left_aside: tuple[str, ...]
    """Filters that are of no use for stored numbers, a sentence each."""

    def query(self) -> dict[str, str]:
        """Names and values for an address."""
        return self.filters.to_query() | ({VERSUS: to_text(self.versus)} if self.versus else {})


def resolve_overview(request: Request) -> Overview:
    """What a request asks of the whole cohort; what cannot be used of it stands in `problems` and `left_aside`."""
    database, filters = request.database, request.filters
    superpopulations = tuple(superpopulation_names(database))
    versus, problems = parse_versus(request.values, superpopulations)
    group = EVERYONE
    left_aside = []
    if len(filters.populations) == 1 and filters.populations[0] in superpopulations:
        group = filters.populations[0]
    elif filters.populations:
        left_aside.append("populations other than one super-population")
    if versus and versus == group:
        problems.append(
            Problem(VERSUS, to_text(versus), f"{versus} cannot be compared with itself: choose another group.")
        )
        versus = ""
    scale = request.view.scale if "scale" in request.values else Scale.LOG
    level = filters.level if filters.level in (Level.CREDIBLE, Level.PASS) else Level.CREDIBLE
    if level is not filters.level:
        left_aside.append(f"the filter {filters.level.value} (credible stands for it)")
    plain = Filters()
    names = {
        "sex": "sex", "outliers": "samples with large events", "min_length": "length", "max_length": "length",
        "min_quality": "quality", "min_bins": "bins", "copy_numbers": "copy number", "overlap": "the overlap rule",
    }  # fmt: skip
    left_aside += dict.fromkeys(
        words for name, words in names.items() if getattr(filters, name) != getattr(plain, name)
    )
    return Overview(
        database, filters, group, versus, level, scale, (*request.problems, *problems), tuple(dict.fromkeys(left_aside))
    )


def require_overview(published: Generation, values: Mapping[str, str]) -> Overview:
    """The same for a file; `RefusedError` with every problem of the address."""
    overview = resolve_overview(read_request(published, values, (VERSUS,), Kind.GENE.default_overlap))
    if overview.problems:
        raise RefusedError(Refusal(400, overview.problems))
    return overview


def cohort_words(filters: Filters) -> str:
    """Who is counted: unrelated people, or everyone."""
    return "unrelated people" if filters.cohort is Cohort.UNRELATED else "everyone, relatives too"
