"""MEE draft 2025, recycling by the circular footprint formula."""
