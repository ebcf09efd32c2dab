"""VCF files to shards: text, dialects, records, calls, events; knows no database."""
