"""The same sums in the clear, for who owns all the data of a chain. Protocol section 1."""
