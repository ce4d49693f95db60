"""A supplier's and a pack maker's software: its store, what it declares and decides, and what leaves it."""
