"""The catalogue of sites: every site of the callset, or of a place, narrowed and ordered."""

from dashboard.components.catalogue import catalogue_page
from dashboard.components.run import current

catalogue_page(current())
