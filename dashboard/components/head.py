"""The heads of gene and region pages, as HTML: which gene or region it is, where it lies, and as what the address was read."""

from dashboard.components import markup
from dashboard.components.frequency import sign
from dashboard.door.lookup import Place
from dashboard.door.question import Question
from dashboard.store.genes import Gene
from dashboard.words import wording
from data_prep.domain.assembly import ASSEMBLY


def head(question: Question) -> str:
    """The head of a question's page."""
    return gene_head(question.gene) if question.gene else region_head(question)


def gene_head(gene: Gene) -> str:
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
    description = markup.element("span", markup.text(gene.description or ""), class_="cnv-description")
    return _head(gene.symbol, facts, description)


def region_head(question: Question) -> str:
    """What the region is called, its interval and its length."""
    assert question.region
    interval = question.region.interval
    return _head(question.region.text, [str(interval), wording.length(interval.length), ASSEMBLY.name])


def _head(title: str, facts: list[str], description: str = "") -> str:
    shown = "".join(markup.element("span", markup.text(fact)) for fact in facts)
    return markup.element(
        "div", markup.element("h1", markup.text(title)) + description, class_="cnv-head"
    ) + markup.element("div", shown, class_="cnv-facts")


def readings(question: Question) -> list[str]:
    """As what the words of the address were read, lines of HTML; empty where they were read as they stand."""
    lines = []
    if isinstance(question.region, Place) and question.region.bed:
        interval = markup.text(question.region.interval)
        lines.append(f"Read as BED fields, which count from 0: {interval} as a genome browser writes it.")
    if question.reading:
        lines.append(markup.text(question.reading))
    return lines


def narrowed(question: Question) -> str:
    """That the page is about one site there, as HTML; empty where it is not."""
    target = question.target
    if target.direction is None:
        return ""
    return (
        f"{sign(target.direction)}<strong>Narrowed to one site</strong>: {markup.text(target.direction.value)} "
        f"{markup.text(target.interval)}, {wording.length(target.interval.length)}."
    )
