"""The simulated demonstration cohort: DRAGEN CNV VCFs of people who do not exist, and the truth about them.

Only the command line and tests import it; what it writes is read like any other call set.
"""

from data_prep.simulate.cohort import CohortError, CohortSummary, write_cohort

__all__ = ["CohortError", "CohortSummary", "write_cohort"]
