"""What every long-running process needs beside its work: key files, findings, settings, logs, metrics, traces."""
