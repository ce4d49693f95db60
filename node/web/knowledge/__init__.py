"""Pages of who knows: factor providers submit and see citations, experts write opinions."""
