"""What every step has to know of a file, and the outcomes that an entry can have."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.reading.calls import Skip
from data_prep.reading.dialects import Dialect, recognise
from data_prep.reading.vcf import LongFile
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.text_stream import Stretch

OutcomeCounts = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

CALL: Final = 0
REFERENCE: Final = 1
OUTCOMES: Final = ("call", "reference row", *(skip.value for skip in Skip))
"""What can become of an entry; the first two are `CALL` and `REFERENCE`."""

CODES: Final = {outcome: number for number, outcome in enumerate(OUTCOMES)}

ROW_BITS: Final = 40
"""A line's number in its stretch; the stretch's number stands above it."""


@dataclass(frozen=True, slots=True)
class LongFilePlan:
    """A long file on its way: what each step has to know."""

    number: int
    """Of the file."""
    step: int
    """The sources of its samples are `number`, `number + step` and so on."""
    file: LongFile
    recorded: tuple[str | None, ...]
    """Recorded sex of each sample."""
    caller_sex: str | None
    release: str
    stretches: tuple[Stretch, ...]
    folder: str
    """Where shards go; what is only kept between the steps lies in a folder of its own there."""
    dialect_name: str | None = None
    """The dialect that the person named; None to tell it by the header."""
    limits: Limits = DEFAULTS

    @property
    def samples(self) -> tuple[str, ...]:
        return self.file.header.samples

    @property
    def joint(self) -> bool:
        return len(self.samples) > 1

    @property
    def dialect(self) -> Dialect:
        return recognise(self.file.header, self.dialect_name)

    @property
    def sexes(self) -> pl.DataFrame:
        """entry_source (place of the sample) and sex, as `calls.classify_records` takes them."""
        sexes = [self.caller_sex or sex for sex in self.recorded]
        return pl.DataFrame(
            {"entry_source": range(len(sexes)), "sex": sexes}, schema={"entry_source": pl.UInt32, "sex": pl.String}
        )

    @property
    def spill(self) -> Path:
        return Path(self.folder) / f"spill-{self.number}"
