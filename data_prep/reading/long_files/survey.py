"""What is seen only by reading a file from its first line to its last: its checksums, and the order of its lines."""

from dataclasses import dataclass

from data_prep.reading.dialects import check_one_caller
from data_prep.reading.long_files.plan import LongFilePlan
from data_prep.reading.vcf import RecordText
from data_prep.system.text_stream import FileRefusedError, Stretch, line_end_notes, pieces, sha256, with_newlines


@dataclass(frozen=True, slots=True)
class Survey:
    """What is seen only by reading a file from its first line to its last."""

    sha256: str
    content: str = ""
    notes: tuple[str, ...] = ()
    refusal: str | None = None
    """Why the file is refused for the order of its lines: two files one behind the other, an end that breaks off."""


def survey(plan: LongFilePlan) -> Survey:
    """The lines of a whole file in their order, with its checksums: a header may lie in any stretch, or across a cut.

    Raises FileRefusedError for damaged data.
    """
    file = plan.file
    checksum = sha256(file.path)
    records = RecordText(file.header, file.assembly)
    head: bytes | None = b""
    notes: dict[str, None] = {}
    try:
        for piece in pieces(file.path, Stretch(0, file.size), mend_end=False, limits=plan.limits):
            text = with_newlines(piece)
            notes.update(dict.fromkeys(line_end_notes(piece)))
            if head is not None:
                head += text
                at = head.find(b"\n#CHROM")
                stop = head.find(b"\n", at + 1) if at >= 0 else -1
                if stop < 0:
                    continue
                text, head = head[stop + 1 :], None
            records.take(text)
        records.end()
        check_one_caller(file.header, records.later_headers, plan.dialect_name)
    except FileRefusedError as error:
        return Survey(checksum, refusal=str(error))
    return Survey(checksum, records.content, (*notes, *records.notes))
