"""Sphinx configuration; the reference pages come from the catalogue, see ``_extensions/``."""

import sys
from pathlib import Path

import comity

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "comity"
author = "The comity developers"
version = release = comity.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb", "from_catalogue", "plain_docstrings"]
exclude_patterns = ["_build", "jupyter_execute", "**.ipynb_checkpoints"]

html_theme = "furo"
html_title = "comity"

# Formulas are written as code, so that the pages need no script from the network.
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# Code in the pages is run at every build; an exception fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120

napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
# An override without a docstring means the same as what it overrides; it is documented there.
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
