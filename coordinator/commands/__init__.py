"""The commands of `sealsum coordinator`, a module a topic; `coordinator/cli.py` puts them together."""
