"""Reading an article from a file: a text, a saved HTML page or a PDF."""
