"""The store: claims as RDF, made, kept and asked. Nothing above this package names its engine."""
