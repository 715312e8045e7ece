"""Values: one number a player, from axioms."""
