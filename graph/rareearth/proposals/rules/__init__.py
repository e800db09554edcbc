"""Proposing by rules: who is mentioned, what may be said of them, and with which details."""
