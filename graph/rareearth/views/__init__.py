"""Claims as people read them: cards, conflicts, tables."""
