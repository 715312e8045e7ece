"""The loops of the games that need compiling, each with the same in numpy as its test and its fallback."""
