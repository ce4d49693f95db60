"""The one command of Sealsum, which mounts every process and every tool."""
