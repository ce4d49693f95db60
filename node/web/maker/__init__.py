"""The pack maker's part of the node's app: models, bills of materials, requests, progress, results, comparison."""
