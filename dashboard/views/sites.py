"""The catalogue of sites: every site of the callset, or of a place, narrowed and ordered."""

import streamlit as st

from dashboard.components.catalogue import catalogue_page
from dashboard.components.run import current

catalogue_page(current(), st.container(horizontal=True, key="head"))
