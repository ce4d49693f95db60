"""MEE draft 2025, recycling by formula (3) as printed."""
