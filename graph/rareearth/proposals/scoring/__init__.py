"""Measuring proposals against texts whose claims are known."""
