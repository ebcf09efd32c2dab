"""The version of the database's schema.

One number: a dashboard opens only databases of its own version, since a column that moved would be a wrong figure.
"""

from typing import Final

SCHEMA_VERSION: Final = 6
