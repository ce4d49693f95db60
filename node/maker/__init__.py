"""What a pack maker does: models, requests, results, the reporting duty."""
