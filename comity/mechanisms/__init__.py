"""Rules that members adopt, by area."""
