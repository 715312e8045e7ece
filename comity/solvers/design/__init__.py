"""Rules found by optimisation."""
