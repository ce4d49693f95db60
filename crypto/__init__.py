"""Mathematics of Sealsum: groups, commitments, proofs, sealing, envelopes and log hashing; no I/O, no clock."""
