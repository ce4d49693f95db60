"""Version 1 of the doors, and the code generated from it."""
