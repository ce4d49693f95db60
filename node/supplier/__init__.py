"""What a supplier does: products, records, declarations, answers to requests, contributions."""
