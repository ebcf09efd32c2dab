"""The row of controls: class, filter level, cohort and overlap rule; each change is one new address."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard import wording
from dashboard.filters import CLASSES, GENE_OVERLAPS, REGION_OVERLAPS, Cohort, Filters, Overlap
from dashboard.subject import Subject
from dashboard.target import Pieces, Target
from dashboard.url_state import changed, show
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level

LEVELS = (Level.CREDIBLE, Level.PASS, Level.ALL)
COHORTS = (Cohort.UNRELATED, Cohort.ALL)
COHORT_NAMES = {Cohort.UNRELATED: "unrelated", Cohort.ALL: "everyone"}


def controls(subject: Subject, target: Target, filters: Filters) -> None:
    """The controls of the page of a gene or region."""

    def with_classes(chosen: list[CallClass]) -> Mapping[str, str]:
        return subject.query(replace(filters, classes=tuple(name for name in CLASSES if name in chosen)))

    def with_level(chosen: Level) -> Mapping[str, str]:
        return subject.query(filters.at(chosen))

    def with_cohort(chosen: Cohort) -> Mapping[str, str]:
        return subject.query(replace(filters, cohort=chosen))

    def with_overlap(chosen: Overlap) -> Mapping[str, str]:
        return subject.query(replace(filters, overlap=None if chosen == target.default_rule else chosen))

    classes, level, cohort, overlap = st.columns([3, 2.6, 2, 2.2], vertical_alignment="bottom")
    classes.multiselect(
        "Class",
        CLASSES,
        key=show("class", list(filters.classes)),
        format_func=lambda name: wording.CLASS_WORDS[name],
        placeholder="losses and gains",
        on_change=changed,
        args=("class", with_classes),
        help="Copy number against the expected one: 2 on autosomes, 1 on the X and Y of XY. Complete loss is 0 copies; "
        "a high-level gain has 2.5 times the expected copies or more.",
    )
    level.segmented_control(
        "Filter",
        LEVELS,
        key=show("filter", filters.level),
        required=True,
        format_func=lambda name: wording.LEVEL_WORDS[name],
        on_change=changed,
        args=("filter", with_level),
        help=" ".join(f"**{wording.LEVEL_WORDS[name]}**: {wording.DEFINITIONS[name]}" for name in LEVELS),
    )
    cohort.segmented_control(
        "Cohort",
        COHORTS,
        key=show("cohort", filters.cohort),
        required=True,
        format_func=lambda name: COHORT_NAMES[name],
        on_change=changed,
        args=("cohort", with_cohort),
        help="Unrelated: the people of phase 3. Everyone: their relatives of the 602 trios too.",
    )
    rule = filters.overlap or target.default_rule
    usual = REGION_OVERLAPS if target.kind is Pieces.REGION else GENE_OVERLAPS
    noun = target.kind.noun
    overlap.selectbox(
        "Overlap",
        usual if rule in usual else (*usual, rule),
        key=show("overlap", rule),
        format_func=lambda one: wording.rule_name(one, target.kind),
        on_change=changed,
        args=("overlap", with_overlap),
        help=f"How a carrier's events, joined, must lie to the {noun}."
        + (
            ""
            if target.kind is Pieces.REGION
            else " Coding sequence: a loss takes at least one coding base, a gain holds at least 75 % of them."
        ),
    )
