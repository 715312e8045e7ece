"""Bayesian settings: what each knows in private, what can be decided, and what it is worth to whom."""
