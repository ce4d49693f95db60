"""The supplier's part of the node's app: products, imports, declaring, consent, and what left this house."""
