"""The genome-wide picture with what it can be made of: groups, difference of two, level, people, classes and scale, each a link."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import streamlit as st

from dashboard.components import glossary, markup, vega
from dashboard.components.download_menu import overview_menu
from dashboard.components.run import Run
from dashboard.counting.along import EVERYONE
from dashboard.door.overview import Overview, cohort_words
from dashboard.downloads.overview_charts import genome
from dashboard.question import links
from dashboard.question.filters import Cohort, Filters
from dashboard.question.versus import VERSUS, to_text
from dashboard.question.view import By, Scale
from dashboard.store.cohort import superpopulation_names
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level


def genome_picture(run: Run, overview: Overview) -> None:
    """The ways to make the picture, what it counts, and the picture; a click or Enter opens the place."""
    title, legend, spec = genome(overview, run.view, run.palette)
    counted = (
        f"Counted: {filter_words.events(replace(overview.filters, level=overview.level))}, in "
        f"{cohort_words(overview.filters)}. {legend} Click a bin, or focus the picture and use ← → and Enter, to open its place."
    )
    if overview.left_aside:
        counted += f" Not applied here: {quantities.joined(list(overview.left_aside), 'and')}."
    box = st.container(key="genome")
    box.html(
        markup.element(
            "div",
            markup.element("h2", markup.text(title[0].upper() + title[1:]), class_="cnv-section")
            + overview_menu(overview, run.view, "bins", "genome"),
            class_="cnv-section-row",
        )
        + markup.element("div", "".join(_ways(run, overview)), class_="cnv-controls-line")
        + markup.element("p", glossary.with_terms(markup.text(counted)), class_="cnv-counted")
    )
    vega.draw(spec, alt=f"{title}. The table of bins has the numbers.", key="genome-chart", box=box)


def _ways(run: Run, overview: Overview) -> Iterable[str]:
    """The choices, a list of links each, the one in force marked."""
    filters, view = overview.filters, run.view
    groups = list(superpopulation_names(overview.database))
    several = view.by is By.SUPERPOPULATIONS and not overview.versus

    def address(chosen: Filters, versus: str = overview.versus, by: By = view.by, scale: Scale = overview.scale) -> str:
        query = chosen.to_query() | ({VERSUS: to_text(versus)} if versus else {})
        # named even where it is the default, since what an address leaves out stays as it is
        return links.address("/", query | {"by": by.value, "scale": scale.value})

    def of(code: str) -> Filters:
        return replace(filters, populations=() if code == EVERYONE else (code,))

    yield _nav(
        "People",
        {
            "everyone" if code == EVERYONE else code: (
                address(of(code), "", By.GROUPS),
                code == overview.group and not several,
            )
            for code in (EVERYONE, *groups)
        }
        | {f"{len(groups)} panels": (address(of(EVERYONE), "", By.SUPERPOPULATIONS), several)},
    )
    if not several:
        others = [code for code in groups if code != overview.group]
        yield _nav(
            "Compared with",
            {"no other": (address(filters, ""), not overview.versus)}
            | {code: (address(filters, code), code == overview.versus) for code in others},
        )
    yield _nav(
        "Filter",
        {
            filter_words.LEVEL_WORDS[level]: (address(filters.at(level)), level is overview.level)
            for level in (Level.CREDIBLE, Level.PASS)
        },
    )
    yield _nav(
        "Cohort",
        {
            words: (address(replace(filters, cohort=cohort)), cohort is filters.cohort)
            for words, cohort in (("unrelated", Cohort.UNRELATED), ("with relatives", Cohort.ALL))
        },
    )
    yield _nav(
        "Direction",
        {
            words: (address(replace(filters, classes=classes)), classes == filters.classes)
            for words, classes in (("both", ()), ("losses", (CallClass.LOSS,)), ("gains", (CallClass.GAIN,)))
        },
    )
    if not overview.versus:
        yield _nav(
            "Scale",
            {
                words: (address(filters, scale=scale), scale is overview.scale)
                for words, scale in (("linear", Scale.LINEAR), ("logarithmic", Scale.LOG))
            },
        )


def _nav(label: str, choices: Mapping[str, tuple[str, bool]]) -> str:
    """Choices by their words: where each leads, and whether it is in force."""
    shown = "".join(
        markup.link(words, address, **({"aria_current": "true"} if in_force else {}))
        for words, (address, in_force) in choices.items()
    )
    return markup.element(
        "nav",
        markup.element("span", markup.text(label), class_="cnv-label") + shown,
        class_="cnv-ways",
        aria_label=label,
    )
