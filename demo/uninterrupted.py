"""Imported first by the process that the demo's others are copies of: Ctrl-C is for the demo, which ends them all."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
