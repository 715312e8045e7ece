"""Clause types of the area collaborative research."""
