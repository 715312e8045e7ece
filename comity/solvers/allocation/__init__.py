"""Dividing resources without money."""
