"""What stands above a gene's numbers: which gene it is, what is counted, and why there may be no number."""

from collections.abc import Sequence

import streamlit as st

from dashboard import links, wording
from dashboard.components import markup
from dashboard.components.frame import notice
from dashboard.filters import Filters
from dashboard.store.callability import LEAST_SEEN, Callability
from dashboard.store.carriers import People
from dashboard.store.genes import Gene
from dashboard.target import Pieces, Target


def gene_head(gene: Gene) -> None:
    """Symbol, name, place, strand, size, and the transcript with the reason for it."""
    strand = f" ({gene.strand})" if gene.strand else ""
    transcript = gene.transcript_name or gene.transcript_id
    facts = [
        f"{gene.interval}{strand}",
        wording.length(gene.interval.length),
        f"{transcript} ({gene.chosen_as})" if transcript else "no transcript, only a place",
        gene.gene_id,
    ]
    if gene.biotype not in ("protein_coding", "other"):
        facts.insert(0, gene.biotype.replace("_", " "))
    told = "".join(markup.element("span", markup.text(fact)) for fact in facts)
    st.html(
        markup.element(
            "div",
            markup.element("h1", markup.text(gene.symbol))
            + markup.element("span", markup.text(gene.description or ""), class_="cnv-description"),
            class_="cnv-head",
        )
        + markup.element("div", told, class_="cnv-facts")
    )


def counted_sentence(name: str, target: Target, filters: Filters, people: People) -> None:
    """What is counted, in whom, and who is left out, in a sentence or two; and the way back to the defaults.

    `name` is what the address calls the gene.
    """
    rule = target.rule_in_force(filters.overlap)
    limits = wording.limits(filters)
    sentences = [
        f"Counted: {wording.events(filters)} {wording.rule(rule, target.kind)}{', ' + limits if limits else ''}, "
        f"in {wording.count(people.counted)} {wording.group(filters)}."
    ]
    left_out = wording.left_out(target.interval.chrom, people.marked, people.sex_mismatch)
    if left_out:
        sentences.append(left_out[0].upper() + left_out[1:] + ".")
    if note := wording.outliers_note(filters):
        sentences.append(note[0].upper() + note[1:] + ".")
    if rule != filters.overlap:
        sentences.append("Only the place of this gene is known and no transcript, so any overlap with it counts.")
    elif rule.rule.value == "coding" and target.kind is Pieces.EXONS:
        sentences.append("This gene has no coding sequence, so an event that hits an exon counts.")
    if target.interval.chrom == "chrX":
        sentences.append("One copy is expected on the X of XY people outside the pseudo-autosomal regions.")
    if target.interval.chrom == "chrY":
        sentences.append("On Y, XY people alone are counted.")
    said = markup.text(" ".join(sentences))
    if filters != Filters():
        said += " " + markup.link("Use the defaults", links.gene_page(name, Filters()))
    st.html(markup.element("div", markup.paragraphs([said]), class_="cnv-counted"))


def not_assessable(gene: Gene, seen: Callability) -> None:
    """Why no frequency is shown for this gene (R5)."""
    if 1 - seen.blind < LEAST_SEEN:
        reason = f"No call can be made in {wording.percent(seen.blind)} of it. {_sentences(seen.blind_names)}"
    else:
        reason = (
            f"The caller saw this place in {wording.percent(seen.seen or 0)} of samples on average, less than half."
        )
    notice(
        [
            f"<strong>{markup.text(gene.symbol)} is not assessable.</strong> {markup.text(reason)}",
            "That nobody has a call here would say nothing about how common copy number changes are, "
            "so no frequency is shown. What was called is listed below.",
        ]
    )


def cautions(seen: Callability) -> None:
    """A word of care where a part of the gene cannot be seen, or lies where calls need care (R5, R11)."""
    lines = []
    if seen.blind > 0:
        lines.append(
            f"No call can be made in {wording.percent(seen.blind)} of this gene. {_sentences(seen.blind_names)}"
        )
    if seen.care:
        lines.append(f"Calls need care here. {_sentences(seen.care)}")
    if lines:
        notice([markup.text(line) for line in lines])


def _sentences(names: Sequence[str]) -> str:
    return " ".join(name.rstrip(".") + "." for name in names)


def nobody_counted(chrom: str, filters: Filters) -> None:
    """The chosen group has nobody who counts on this chromosome."""
    notice([markup.text(f"There are no {wording.group(filters)} who count on {chrom}. Choose another group.")])
