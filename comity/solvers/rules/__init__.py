"""Rules for claims, costs and bargaining."""
