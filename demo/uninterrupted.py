"""Imported first by the process that the demo's others are copies of: Ctrl-C is for the demo, which ends them itself."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
