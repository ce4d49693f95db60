"""What a node keeps: one SQLite file, its tables, its locks and the record of statements."""
