"""The questions of the analysis, one module each."""
