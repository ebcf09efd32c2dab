"""Tables as files, streamed: `/download/carriers.csv?gene=GSTM1&...` with the page's own query string (rule R13)."""
