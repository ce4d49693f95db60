"""The factors that come with the program, as data."""
