"""The one place that knows solvers by name."""
