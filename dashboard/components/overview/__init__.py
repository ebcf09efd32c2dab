"""The whole cohort: the genome-wide picture, the short lists, and the tables and figures in tabs. Knows no single place."""
