"""The address of what is on the screen, to copy."""

import streamlit as st

from dashboard import links


def share(page_url: str, path: str) -> None:
    """A button that opens the whole address, with a button to copy it."""
    with st.popover("Share", icon=":material/link:"):
        st.markdown("This address shows the same numbers to anyone who opens it.")
        st.code(links.whole(page_url, path), language=None, wrap_lines=True)
