"""Games played move by move: who moves, what they know, and where it ends."""
