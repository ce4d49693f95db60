"""One command that runs everything for real: processes, sockets, files, on example data."""
