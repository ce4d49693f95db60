"""Rule sets: one folder each, `rules.toml` with what the source says and `circular.py` with its recycling formula."""
