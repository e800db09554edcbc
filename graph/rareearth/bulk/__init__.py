"""Data in bulk: tables of claims, entities, sources, conflicts and identities as Parquet or as lines of JSON.

A data folder may have them next to its YAML: ``claims/*.parquet``, ``entities/*.jsonl``, ``sources/*.jsonl.gz`` and so
on. ``columns`` says which columns a table has, ``reading`` reads rows with their numbers, ``writing`` writes them.
"""
