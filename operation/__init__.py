"""What every long-running process needs beside its work: findings about itself, settings, logs, metrics, traces."""
