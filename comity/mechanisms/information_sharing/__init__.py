"""Clause types of the area information sharing."""
