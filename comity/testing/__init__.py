"""Hypothesis strategies and axioms for other people's tests."""
