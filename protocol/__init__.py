"""The rules of Sealsum: statements, the fold over them, what each party computes.

No I/O, no clock, no randomness of its own. Start with `run.py`.
"""
