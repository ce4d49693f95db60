"""Mathematics of Sealsum: group, commitments, proofs, sealing, envelopes, log hashing; no I/O, no clock."""
