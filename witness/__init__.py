"""A witness: cosigns a log's checkpoints after checking that each extends the last it has seen. C2SP tlog-witness."""
