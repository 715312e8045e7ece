"""The core and its relatives."""
