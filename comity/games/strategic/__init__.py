"""Games in strategic form: what everyone earns from what everyone does."""
