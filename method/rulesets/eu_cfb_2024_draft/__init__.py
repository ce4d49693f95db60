"""EU Battery Regulation 2023/1542, draft calculation act of April 2024."""
