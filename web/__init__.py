"""What the pages of nodes and of the coordinator share: look, languages, tables, accounts, conventions of the API."""
