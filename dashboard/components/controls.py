"""The controls of pages: class, filter level, cohort and overlap rule, and the rest to unfold; each change is one new address."""

from collections.abc import Sequence
from typing import Final

from dashboard.components.control_row import Control, choice, draw_controls, number, select, several, switch
from dashboard.door.person import PersonQuestion
from dashboard.door.question import Question
from dashboard.question.filters import CALLSET, CLASS, NAMES, Cohort, Filters, Outliers, Sex
from dashboard.question.person import EVENT, SAMPLE
from dashboard.store.cohort import group_names, population_names, release
from dashboard.store.database import Generation
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules
from data_prep.domain.copy_number import COUNTED_CLASSES, CallClass
from data_prep.domain.levels import DEFAULT_LEVEL

COHORTS = (Cohort.UNRELATED, Cohort.ALL)
SEXES: Final = (None, Sex.XX, Sex.XY)
COPY_NUMBERS: Final = range(9)
CLASS_AT_A_PLACE: Final = (
    "Of a carrier's copies at the place, under the overlap rule, against those expected: 2 on autosomes, 1 on the X "
    "and Y of XY. Complete loss is 0 copies; a high-level gain has 2.5 times the expected copies or more."
)
CLASS_OF_AN_EVENT: Final = (
    "Of the event's copies against those expected: 2 on autosomes, 1 on the X and Y of XY. Complete loss is 0 copies; a high-level "
    "gain has 2.5 times the expected copies or more."
)
COHORT_NAMES = {Cohort.UNRELATED: "unrelated", Cohort.ALL: "everyone"}


def controls(question: Question) -> None:
    """The controls of the page of a gene, region or site."""
    database, target, filters = question.database, question.target, question.filters
    plain_rules = target.rules_beside(None)
    rules = [
        ("" if rule == target.default_rule else str(rule), overlap_rules.rule_name(rule, target.kind))
        for rule in target.rules_beside(filters.overlap)
    ]
    help_text = "\n".join(
        [
            f"How a carrier's events, joined, must lie to the {target.kind.noun}.",
            *(
                f"{overlap_rules.rule_name(rule, target.kind)}: {overlap_rules.rule_in_full(rule, target.kind)}"
                for rule in plain_rules
            ),
        ]
    )
    row = [
        class_control(CLASS_AT_A_PLACE),
        level_control(release(database).callers),
        cohort_control("Unrelated: the people of phase 3. Everyone: their relatives of the 602 trios too."),
        select("overlap", "Overlap", rules, help_text),
    ]
    more = [
        *callset_control(tuple(database.callsets)),
        population_control(
            database, "Populations", "every one", "Super-populations and populations; several are counted together."
        ),
        sex_control(),
        outliers_control(
            "Events over 3 Mb, or over a tenth of a chromosome, most probably come from cell culture. A constitutional "
            "change that large is possible."
        ),
        *limit_controls(filters, "Of a carrier at the place, under the overlap rule"),
    ]
    draw_controls(row, more, question.subject.query(filters), (*question.subject.query(Filters()), *NAMES))


def person_controls(question: PersonQuestion, filters: Filters) -> None:
    """The controls of the page of a person; `filters` are those of the address, which keeps those that no person has."""
    database = question.database
    row = [class_control(CLASS_OF_AN_EVENT), level_control(release(database).callers)]
    more = [*callset_control(tuple(database.callsets)), *limit_controls(filters, "Of the event as a whole")]
    event = {EVENT: question.event} if question.event else {}
    query = {SAMPLE: question.person.sample} | event | filters.to_query()
    draw_controls(row, more, query, (SAMPLE, EVENT, *NAMES))


def class_control(help_text: str, classes: Sequence[CallClass] = COUNTED_CLASSES) -> Control:
    """Which classes count."""
    options = [(name.value, filter_words.CLASS_WORDS[name]) for name in classes]
    return several(CLASS, "Class", options, "losses and gains", help_text)


def level_control(callers: Sequence[str]) -> Control:
    """Which events count by their filters; `callers` are those of the callset that is shown."""
    options = [
        ("" if level is DEFAULT_LEVEL else level.value, filter_words.LEVEL_WORDS[level])
        for level in filter_words.LEVELS
    ]
    help_text = "\n".join(
        f"{filter_words.LEVEL_WORDS[level]}: {caller_words.definition(level, callers)}" for level in filter_words.LEVELS
    )
    return choice("filter", "Filter", options, help_text)


def cohort_control(help_text: str = "") -> Control:
    """In whom is counted."""
    options = [("" if cohort is Cohort.UNRELATED else cohort.value, COHORT_NAMES[cohort]) for cohort in COHORTS]
    return choice("cohort", "Cohort", options, help_text)


def population_control(database: Generation, label: str, nothing: str, help_text: str) -> Control:
    """Super-populations, each with its populations."""
    homes = {code: home for code, (_, home) in population_names(database).items()}
    names = group_names(database)
    options = [
        (code, f"{code} {name}", homes[code])
        if homes.get(code, code) in names and code in homes
        else (code, f"{code} {name}")
        for code, name in names.items()
    ]
    return several("population", label, options, nothing, help_text, find=True)


def sex_control() -> Control:
    """XX, XY or both."""
    return choice(
        "sex",
        "Karyotype sex",
        [("" if sex is None else sex.value, "any" if sex is None else sex.value) for sex in SEXES],
    )


def outliers_control(help_text: str = "") -> Control:
    """Whether marked samples count."""
    return switch("outliers", "Count samples with large events on the chromosome", Outliers.INCLUDE.value, help_text)


def callset_control(callsets: Sequence[str]) -> list[Control]:
    """Which callset is looked at, where there are several; the newest is the first."""
    if len(callsets) < 2:
        return []
    options = [("" if name == callsets[0] else name, name) for name in callsets]
    help_text = "The calls of another release or another caller. The newest is the default."
    return [select(CALLSET, "Callset", options, help_text)]


def limit_controls(filters: Filters, of_whom: str) -> list[Control]:
    """Limits of length, quality and bins, and the copy number, which is `of_whom`."""
    copy_numbers = [(str(copies), str(copies)) for copies in sorted({*COPY_NUMBERS, *filters.copy_numbers})]
    return [
        number("min_length", "Length from, bp"),
        number("max_length", "Length to, bp"),
        number("min_quality", "QUAL from", "Phred-scaled quality of the event", whole=False),
        number("min_bins", "Bins from", "Read-depth bins; events of one or two are the least certain"),
        several("copy_number", "Copy number", copy_numbers, "any", of_whom),
    ]
