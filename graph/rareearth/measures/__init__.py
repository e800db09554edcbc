"""Measures of graphs: a graph in, typed numbers out. Nothing here knows the store, the ontology or prose."""
