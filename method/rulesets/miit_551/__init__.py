"""MIIT notice 551 of 30 December 2025."""
