"""A person decides on proposals, and what was taken is written into the data."""
