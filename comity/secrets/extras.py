"""The optional packages behind the protocols: a missing one is an error that says how to install it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from comity.errors import ComityError

if TYPE_CHECKING:
    from collections.abc import Iterator

PURPOSE = {
    "mpc": "computing on shared secrets",
    "dp": "releasing statistics with noise",
    "crypto": "signing and checking signatures",
}


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Imports inside turn into one message where the extra is not installed.

    Examples
    --------
    >>> try:
    ...     with extra("dp"):
    ...         import a_package_that_is_missing
    ... except ComityError as error:
    ...     print(str(error).partition(";")[0])
    releasing statistics with noise needs the extra dp (a_package_that_is_missing is not installed)
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ComityError(
            f"{PURPOSE[name]} needs the extra {name} ({error.name} is not installed); install it with: "
            f'python -m pip install "comity[{name}]", or from a checkout: python -m pip install -e ".[{name}]"'
        ) from None
