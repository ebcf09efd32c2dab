"""The row of controls: class, filter level, cohort and overlap rule; each change is one new address."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard import links, wording
from dashboard.filters import CLASSES, GENE_OVERLAPS, Cohort, Filters, Overlap
from dashboard.url_state import changed, show
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level

LEVELS = (Level.CREDIBLE, Level.PASS, Level.ALL)
COHORTS = (Cohort.UNRELATED, Cohort.ALL)
COHORT_NAMES = {Cohort.UNRELATED: "unrelated", Cohort.ALL: "everyone"}


def gene_controls(gene: str, filters: Filters) -> None:
    """The controls of a gene page; `gene` is the name that its address says."""

    def with_classes(chosen: list[CallClass]) -> Mapping[str, str]:
        return links.gene_query(gene, replace(filters, classes=tuple(name for name in CLASSES if name in chosen)))

    def with_level(chosen: Level) -> Mapping[str, str]:
        return links.gene_query(gene, filters.at(chosen))

    def with_cohort(chosen: Cohort) -> Mapping[str, str]:
        return links.gene_query(gene, replace(filters, cohort=chosen))

    def with_overlap(chosen: Overlap) -> Mapping[str, str]:
        return links.gene_query(gene, replace(filters, overlap=chosen))

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
    offered = GENE_OVERLAPS if filters.overlap in GENE_OVERLAPS else (*GENE_OVERLAPS, filters.overlap)
    overlap.selectbox(
        "Overlap",
        offered,
        key=show("overlap", filters.overlap),
        format_func=wording.rule_name,
        on_change=changed,
        args=("overlap", with_overlap),
        help="How a carrier's events, joined, must lie to the gene. Coding sequence: a loss takes at least one coding "
        "base, a gain holds at least 75 % of them.",
    )
