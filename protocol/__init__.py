"""The rules of Sealsum: statements, the fold over them, and what each party computes. No I/O, no clock, no randomness of its own."""
