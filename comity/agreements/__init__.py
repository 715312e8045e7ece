"""The agreement file and what is asked of it."""
