"""The address bar is the state (rule R13): what is chosen on a page is read from it, and nothing is kept beside it.

Links and controls write it in the browser, which makes one entry in its history and runs the page anew. So Back, Forward, a shared
link and a reload all come to the same page.
"""

import streamlit as st

from dashboard.question import query


def values() -> dict[str, str]:
    """Names and values of the address, a repeated name comma-joined."""
    return query.values((name, value) for name in st.query_params for value in st.query_params.get_all(name))
