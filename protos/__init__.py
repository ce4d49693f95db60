"""The wire between processes, and its translation to protocol values. Only `convert.py` touches the generated code."""
