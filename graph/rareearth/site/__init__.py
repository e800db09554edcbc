"""Pages that need no server: the explorer, the report, and the page of each thing."""
