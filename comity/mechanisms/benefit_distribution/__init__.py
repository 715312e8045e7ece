"""Clause types of the area benefit distribution."""
