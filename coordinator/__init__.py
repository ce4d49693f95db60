"""The notary and mailbox: stores signed statements, keeps the log, adds ciphertexts, holds no secret of others."""
