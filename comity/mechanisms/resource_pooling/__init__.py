"""Clause types of the area resource pooling."""
