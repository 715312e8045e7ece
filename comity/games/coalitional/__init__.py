"""Games in coalitional form: a worth for every group of players."""
