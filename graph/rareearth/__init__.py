"""Who is who in the rare earth world, how they are tied, and how we know."""
