"""The wire between processes, and its translation to protocol values. Nothing outside touches the generated code."""
