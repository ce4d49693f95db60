"""Partners: who else may read what this node publishes, over PACT 3.0."""
