"""The node's own web app: the pages of a supplier and of a pack maker."""
