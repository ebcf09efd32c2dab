"""The words above the numbers of a gene or region: what is counted, in whom, and why there may be no number."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dashboard.components import glossary, markup
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.question.filters import ANY, CODING_RULES, HALF_OF_IT, Filters
from dashboard.question.target import LARGE, Pieces, Target
from dashboard.store.callability import Callability, Care
from dashboard.store.panel import Denominator, relatives_counted
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, quantities, region_kinds
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.sight import is_paralogous

NAMES_SHOWN: Final = 4
"""Names of places where no call can be made in a notice."""
NAMES_OF_A_KIND: Final = 2
"""Names of problem regions of a kind in a notice: of a mask there may be hundreds in one place."""


def counted_sentence(question: Question, people: Denominator) -> str:
    """What is counted, in whom, and who is left out, in a sentence or two; and the way back to the defaults. As HTML."""
    database, target, filters = question.database, question.target, question.filters
    rule = target.rule_in_force(filters.overlap)
    callset = f", callset {database.callset}" if len(database.callsets) > 1 else ""
    sentences = [
        f"Counted: {filter_words.events_counted(filters, target)}, in {quantities.count(people.counted)} {filter_words.group(filters)}{callset}."
    ]
    exclusions = filter_words.exclusions(target.interval.chrom, people.marked, people.sex_mismatch)
    if exclusions:
        sentences.append(exclusions[0].upper() + exclusions[1:] + ".")
    if relatives_counted(database, target.interval.chrom, filters):
        sentences.append("Relatives are counted too, so the 95 % intervals are too narrow.")
    if note := filter_words.outliers_note(filters):
        sentences.append(note[0].upper() + note[1:] + ".")
    if target.kind is Pieces.NONE and (filters.overlap or target.default_rule).rule in CODING_RULES:
        sentences.append("Only the place of this gene is known and no transcript, so any overlap with it counts.")
    elif rule.rule in CODING_RULES and target.kind is Pieces.EXONS:
        sentences.append(
            f"This gene has no coding sequence, so its exons stand for it. {overlap_rules.rule_in_full(rule, target.kind)}"
        )
    if target.interval.chrom == "chrX":
        sentences.append("One copy is expected on the X of XY people outside the pseudo-autosomal regions.")
    if target.interval.chrom == "chrY":
        sentences.append("On Y, XY people alone are counted.")
    counted = glossary.with_terms(markup.text(" ".join(sentences)))
    if filters != Filters():
        counted += " " + markup.link("Use the defaults", links.page(question.subject, Filters()))
    return markup.element("div", markup.paragraphs([counted]), class_="cnv-counted")


def rule_switch(question: Question) -> str:
    """Any overlap and half of the region side by side, the one in force marked; beside what is counted in a region that is so
    large that some small event lies in it in many people (R7). Empty for any other place, and under another rule."""
    target, filters = question.target, question.filters
    in_force = filters.overlap or target.default_rule
    large = target.kind is Pieces.REGION and target.site is None and target.interval.length > LARGE
    if not large or in_force not in (ANY, HALF_OF_IT):
        return ""
    shown = "".join(
        markup.element("strong", markup.text(words), aria_current="true")
        if rule == in_force
        else markup.link(words, links.page(question.subject, replace(filters, overlap=None if rule == ANY else rule)))
        for rule, words in ((ANY, "any overlap"), (HALF_OF_IT, "half of the region or more"))
    )
    return markup.element("nav", f"Counted by {shown}", class_="cnv-links cnv-switch", aria_label="Overlap rule")


def not_assessable(name: str, seen: Callability) -> list[str]:
    """Why no frequency is shown for the gene or region of this name, as lines of HTML (R5)."""
    if seen.is_blind:
        reason = f"No call can be made in {quantities.percent(seen.blind)} of it. {_sentences(seen.blind_names, name)}"
    else:
        reason = f"The caller saw half or more of this place in {quantities.share_seen(seen.seen or 0)} of the people counted, fewer than half of them."
    return [
        f"<strong>{markup.text(name)} is not assessable.</strong> {markup.text(reason)}",
        "That nobody has a call here would say nothing about how common copy number changes are, "
        "so no frequency is shown. Calls that were made there, if any, are listed below.",
    ]


def paralogous(name: str, seen: Callability) -> list[str]:
    """Why carriers are shown for the gene or region of this name, and no frequency, as lines of HTML (R5)."""
    share = "" if seen.copies == 1 else f" {quantities.percent(seen.copies)} of what counts of it lies there."
    return [
        f"<strong>{markup.text(name)} is paralogous.</strong> {markup.text(_sentences(seen.copies_names, name) + share)}",
        f"{FEW_CALLS[0].upper()}{FEW_CALLS[1:]}, so who was called is shown, and no frequency and no bound.",
    ]


def cautions(target: Target, seen: Callability) -> list[str]:
    """Words of care where a part of the place cannot be seen, or lies where calls need care, as lines of HTML (R5, R11)."""
    lines = []
    if seen.partly_seen and seen.seen is not None:
        note = quantities.partly_seen_note(seen.seen)
        lines.append(f"{note[0].upper()}{note[1:]}. Where nobody carries, the bound is given over the people seen.")
    if seen.blind > 0:
        lines.append(
            f"No call can be made in {quantities.percent(seen.blind)} of this {target.kind.noun}. {_sentences(seen.blind_names)}"
        )
    # what is told of a paralogous place is not told twice
    care = [kind for kind in seen.care if not (seen.is_paralogous and is_paralogous(kind.kind))]
    if care:
        lines.append(
            f"Calls need care here, and are counted all the same. {' '.join(_care_sentence(kind) for kind in care)}"
        )
    return [markup.text(line) for line in lines]


def _care_sentence(care: Care) -> str:
    """The names of a kind of problem region, or how many places there are of it."""
    if len(care.names) > NAMES_OF_A_KIND:
        places = f"{region_kinds.kind_of_problem(care.kind)} in {quantities.count(care.places)} places"
    else:
        places = ". ".join(_sentence(name) for name in care.names)
    return f"{_sentence(places)}."


def _sentence(words: str) -> str:
    """As a sentence begins and without its end: a mask's name is written small."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}"


def _sentences(names: Sequence[str], heading: str = "") -> str:
    """The names of places as sentences, which say why; without the name that the line begins with anyway."""
    names = [_without(name, heading) for name in names]
    more = len(names) - NAMES_SHOWN
    others = [f"And {quantities.count(more)} more {'place' if more == 1 else 'places'}."] if more > 0 else []
    return " ".join([*(name.rstrip(".") + "." for name in names[:NAMES_SHOWN]), *others])


def _without(name: str, heading: str) -> str:
    why = name.removeprefix(f"{heading}: ")
    return why if why == name else why[:1].upper() + why[1:]


def nobody_counted(chrom: str, filters: Filters) -> list[str]:
    """That the chosen group has nobody who counts on this chromosome, as lines of HTML."""
    return [markup.text(f"There are no {filter_words.group(filters)} who count on {chrom}. Choose another group.")]
