"""Confirming: exact arithmetic over evidence; nothing here optimises."""
