"""Protocols on secrets: computing on shared secrets, releasing noisy statistics, signing and committing."""
