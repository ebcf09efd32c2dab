"""Numbers, filters, callers and shares in words, and the table of frequencies; plain text, no markup."""
