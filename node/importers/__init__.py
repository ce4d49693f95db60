"""Spreadsheets and descriptions as people have them, read into the method's records. Reads files, writes nothing."""
