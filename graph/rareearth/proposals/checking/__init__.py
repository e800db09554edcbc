"""Checks that every proposal must pass, whoever proposes it."""
