"""Repeated games: a stage game, what is seen of it, and patience."""
