"""Clause types of the area governance."""
