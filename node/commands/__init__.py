"""The commands of `sealsum node`, a module a topic; `node/cli.py` puts them together."""
