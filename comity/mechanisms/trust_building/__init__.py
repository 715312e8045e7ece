"""Clause types of the area trust building."""
