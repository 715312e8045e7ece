"""The loops of the solvers that need compiling, each with the same in numpy as its test and its fallback."""
