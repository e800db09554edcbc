"""``python -m rareearth``."""

from rareearth.cli import main

main()
