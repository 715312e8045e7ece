"""The loops of the checks that need compiling, each with the same in numpy as its test and its fallback."""
