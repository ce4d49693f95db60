"""What we measure, each figure against a limit or a peer in the same run; docs/benchmarks.md has them as measured."""
