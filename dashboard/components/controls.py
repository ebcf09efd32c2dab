"""The row of controls: class, filter level, cohort and overlap rule, and the rest to unfold; each change is one new address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboard.components import markup
from dashboard.components.url_state import show, write_address
from dashboard.door.question import Question
from dashboard.question.filters import Cohort, Filters, Outliers, Overlap, Sex
from dashboard.question.person import of_person
from dashboard.question.subject import Subject
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules
from data_prep.domain.copy_number import COUNTED_CLASSES, CallClass
from data_prep.domain.levels import Level

COHORTS = (Cohort.UNRELATED, Cohort.ALL)
SEXES: Final = (None, Sex.XX, Sex.XY)
COPY_NUMBERS: Final = range(9)
FOLD: Final = markup.element(
    "div",
    "".join(
        markup.element("button", words, type="button", class_=f"cnv-fold cnv-when-{state}")
        for state, words in (("folded", "Change what is counted"), ("open", "Hide the controls"))
    ),
)
"""On a phone the controls are folded behind the sentence."""
WIDTH: Final = 230
"""Pixels of a control that opens a list."""
CLASS_AT_A_PLACE: Final = (
    "Of a carrier's copies at the place, under the overlap rule, against those expected: 2 on autosomes, 1 on the X "
    "and Y of XY. Complete loss is 0 copies; a high-level gain has 2.5 times the expected copies or more."
)
CLASS_OF_AN_EVENT: Final = (
    "Of the event's copies against those expected: 2 on autosomes, 1 on the X and Y of XY. Complete loss is 0 copies; a high-level "
    "gain has 2.5 times the expected copies or more."
)
COHORT_NAMES = {Cohort.UNRELATED: "unrelated", Cohort.ALL: "everyone"}


def controls(question: Question, groups: Mapping[str, str], callers: Sequence[str]) -> None:
    """The controls of the page of a gene or region; `groups` are names of super-populations and populations by code,
    `callers` those of the callset that is shown."""
    subject, target, filters = question.subject, question.target, question.filters

    def with_classes(chosen: list[CallClass]) -> Mapping[str, str]:
        return subject.query(replace(filters, classes=tuple(name for name in COUNTED_CLASSES if name in chosen)))

    def with_level(chosen: Level) -> Mapping[str, str]:
        return subject.query(filters.at(chosen))

    def with_cohort(chosen: Cohort) -> Mapping[str, str]:
        return subject.query(replace(filters, cohort=chosen))

    def with_overlap(chosen: Overlap) -> Mapping[str, str]:
        return subject.query(replace(filters, overlap=None if chosen == target.default_rule else chosen))

    st.html(FOLD)
    row = st.container(horizontal=True, vertical_alignment="bottom", key="controls")
    _class_control(row, filters, with_classes, CLASS_AT_A_PLACE)
    _level_control(row, filters, callers, with_level)
    row.segmented_control(
        "Cohort",
        COHORTS,
        key=show("cohort", filters.cohort),
        required=True,
        format_func=lambda name: COHORT_NAMES[name],
        on_change=write_address,
        args=("cohort", with_cohort),
        help="Unrelated: the people of phase 3. Everyone: their relatives of the 602 trios too.",
    )
    rule = filters.overlap or target.default_rule
    noun = target.kind.noun
    row.selectbox(
        "Overlap",
        target.rules_beside(filters.overlap),
        key=show("overlap", rule),
        format_func=lambda overlap: overlap_rules.rule_name(overlap, target.kind),
        on_change=write_address,
        args=("overlap", with_overlap),
        help=f"How a carrier's events, joined, must lie to the {noun}. "
        + " ".join(
            f"**{overlap_rules.rule_name(overlap, target.kind)}**: {overlap_rules.rule_in_full(overlap, target.kind)}"
            for overlap in target.rules_beside(None)
        ),
        width=WIDTH,
    )
    set_there = _set(filters)
    with row.popover(f"More · {set_there}" if set_there else "More", icon=":material/tune:"):
        _more(subject, filters, groups, tuple(question.database.callsets))


def person_controls(
    filters: Filters, callers: Sequence[str], callsets: Sequence[str], query: Callable[[Filters], Mapping[str, str]]
) -> None:
    """The controls of the page of a person; `query` makes of filters the names and values of its address."""

    def with_classes(chosen: list[CallClass]) -> Mapping[str, str]:
        return query(replace(filters, classes=tuple(name for name in COUNTED_CLASSES if name in chosen)))

    def with_level(chosen: Level) -> Mapping[str, str]:
        return query(filters.at(chosen))

    def address(**changes: Any) -> Mapping[str, str]:
        return query(replace(filters, **changes))

    st.html(FOLD)
    row = st.container(horizontal=True, vertical_alignment="bottom", key="controls")
    _class_control(row, filters, with_classes, CLASS_OF_AN_EVENT)
    _level_control(row, filters, callers, with_level)
    set_there = _set(of_person(filters))
    with row.popover(f"More · {set_there}" if set_there else "More", icon=":material/tune:"):
        _callset_control(filters, callsets, address)
        _limit_controls(filters, address, "Of the event as a whole")


def _class_control(
    row: Any, filters: Filters, with_classes: Callable[[list[CallClass]], Mapping[str, str]], note: str
) -> None:
    row.multiselect(
        "Class",
        COUNTED_CLASSES,
        key=show("class", list(filters.classes)),
        format_func=lambda name: filter_words.CLASS_WORDS[name],
        placeholder="losses and gains",
        on_change=write_address,
        args=("class", with_classes),
        help=note,
        width=WIDTH,
    )


def _level_control(
    row: Any, filters: Filters, callers: Sequence[str], with_level: Callable[[Level], Mapping[str, str]]
) -> None:
    row.segmented_control(
        "Filter",
        filter_words.LEVELS,
        key=show("filter", filters.level),
        required=True,
        format_func=lambda name: filter_words.LEVEL_WORDS[name],
        on_change=write_address,
        args=("filter", with_level),
        help=" ".join(
            f"**{filter_words.LEVEL_WORDS[name]}**: {caller_words.definition(name, callers)}"
            for name in filter_words.LEVELS
        ),
    )


def _set(filters: Filters) -> int:
    """How many of the folded controls are not at their default."""
    plain = Filters()
    names = (
        "populations",
        "sex",
        "outliers",
        "min_length",
        "max_length",
        "min_quality",
        "min_bins",
        "copy_numbers",
        "callset",
    )
    return sum(getattr(filters, name) != getattr(plain, name) for name in names)


def _more(subject: Subject, filters: Filters, groups: Mapping[str, str], callsets: Sequence[str]) -> None:
    def address(**changes: Any) -> Mapping[str, str]:
        return subject.query(replace(filters, **changes))

    _callset_control(filters, callsets, address)
    st.multiselect(
        "Populations",
        tuple(groups),
        key=show("population", list(filters.populations)),
        format_func=lambda code: f"{code} {groups[code]}",
        placeholder="every one",
        on_change=write_address,
        args=("population", lambda chosen: address(populations=tuple(code for code in groups if code in chosen))),
        help="Super-populations and populations; several are counted together.",
    )
    st.segmented_control(
        "Karyotype sex",
        SEXES,
        key=show("sex", filters.sex),
        required=True,
        format_func=lambda sex: "any" if sex is None else sex.value,
        on_change=write_address,
        args=("sex", lambda chosen: address(sex=chosen)),
    )
    st.toggle(
        "Count samples with large events on the chromosome",
        key=show("outliers", filters.outliers is Outliers.INCLUDE),
        on_change=write_address,
        args=("outliers", lambda on: address(outliers=Outliers.INCLUDE if on else Outliers.EXCLUDE)),
        help="Events over 3 Mb, or over a tenth of a chromosome, most probably come from cell culture. A constitutional "
        "change that large is possible.",
    )
    _limit_controls(filters, address, "Of a carrier at the place, under the overlap rule")


def _callset_control(filters: Filters, callsets: Sequence[str], address: Callable[..., Mapping[str, str]]) -> None:
    if len(callsets) > 1:
        st.selectbox(
            "Callset",
            callsets,
            key=show("callset", filters.callset or callsets[0]),
            on_change=write_address,
            args=("callset", lambda chosen: address(callset="" if chosen == callsets[0] else chosen)),
            help="The calls of another release or another caller. The newest is the default.",
        )


def _limit_controls(filters: Filters, address: Callable[..., Mapping[str, str]], of_whom: str) -> None:
    """Limits of length, quality and bins, and the copy number, which is `of_whom`."""
    left, right = st.columns(2)
    for column, name, label, step, note in (
        (left, "min_length", "Length from, bp", 1_000, None),
        (right, "max_length", "Length to, bp", 1_000, None),
        (left, "min_quality", "QUAL from", 1.0, "Phred-scaled quality of the event"),
        (right, "min_bins", "Bins from", 1, "Read-depth bins; events of one or two are the least certain"),
    ):
        column.number_input(
            label,
            min_value=type(step)(0),
            max_value=type(step)(999_999_999),
            step=step,
            key=show(name, getattr(filters, name)),
            value=None,
            placeholder="any",
            on_change=write_address,
            args=(name, lambda chosen, name=name: address(**{name: chosen})),
            help=note,
        )
    st.multiselect(
        "Copy number",
        sorted({*COPY_NUMBERS, *filters.copy_numbers}),
        key=show("copy_number", list(filters.copy_numbers)),
        placeholder="any",
        help=of_whom,
        on_change=write_address,
        args=("copy_number", lambda chosen: address(copy_numbers=tuple(sorted(chosen)))),
    )
