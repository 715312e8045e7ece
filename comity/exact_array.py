"""Arrays of exact numbers: integers over one common denominator, as fast as numpy and as exact as fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.errors import ComityError
from comity.extent import largest

# Decimals with no more digits than this are what their double prints, so a double can be read by arithmetic.
SAFE_DECIMALS, SAFE_DIGITS = 12, 10**15
# Sums and differences of two such integers stay within 64 bits.
SMALL = 1 << 62
# Long arrays are read in parts of this many numbers, which stay in fast memory.
CHUNK = 1 << 14
# So many numbers are enough to see that most of them have all their digits.
FEW = 64


@dataclass(frozen=True, eq=False)
class ExactArray:
    """Numbers ``numerators / denominator``, exact, in an array of any shape.

    ``numerators`` are 64-bit integers where they fit and Python integers otherwise; they cannot be written to.

    Examples
    --------
    >>> tenths = ExactArray.of([[0.1, "1/2"], [1, 0]])
    >>> tenths.numerators.tolist(), tenths.denominator
    ([[1, 5], [10, 0]], 10)
    >>> tenths[0, 1]
    Fraction(1, 2)
    """

    numerators: NDArray[Any]
    denominator: int

    def __post_init__(self) -> None:
        numerators, most = _compacted(np.asarray(self.numerators))
        numerators.setflags(write=False)
        object.__setattr__(self, "numerators", numerators)
        self.__dict__["largest"] = most

    @classmethod
    def of(cls, data: Any, what: str = "a number", shape: Sequence[int] | None = None) -> ExactArray:
        """The numbers as they were written, whatever holds them: nested lists, an array, or an `ExactArray`.

        Parameters
        ----------
        data : array-like of int, float, Fraction, Decimal or text
        what : str
            How an error names one of the numbers.
        shape : sequence of int, optional
            The shape they must have.
        """
        found = data if isinstance(data, cls) else _read(data, what)
        if shape is not None and found.shape != tuple(shape):
            raise ComityError(f"{what}: the array has shape {found.shape}, but {tuple(shape)} is needed")
        return found

    @classmethod
    def zeros(cls, shape: Sequence[int]) -> ExactArray:
        """Nothing but zeros."""
        return cls(np.zeros(tuple(shape), dtype=np.int64), 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self.numerators.shape

    @cached_property
    def largest(self) -> int:
        """The largest absolute numerator; 0 where there are none."""
        return _compacted(self.numerators)[1]

    def __len__(self) -> int:
        return len(self.numerators)

    def __getitem__(self, index: Any) -> Any:
        """A Fraction for a single place, an `ExactArray` for a part."""
        part = self.numerators[index]
        return ExactArray(part, self.denominator) if isinstance(part, np.ndarray) else Fraction(int(part), self.denominator)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactArray):
            return NotImplemented
        if self.shape != other.shape:
            return False
        a, b = self.over(lcm(self.denominator, other.denominator)), other.over(lcm(self.denominator, other.denominator))
        return bool(np.array_equal(a, b))

    def __hash__(self) -> int:
        reduced = self.reduced()
        return hash((reduced.denominator, reduced.shape, tuple(map(int, reduced.numerators.flat))))

    def over(self, denominator: int) -> NDArray[Any]:
        """The numerators over another denominator, a multiple of this one."""
        factor, rest = divmod(denominator, self.denominator)
        if rest:
            raise ComityError(f"{denominator} is no multiple of the denominator {self.denominator}")
        if factor == 1:
            return self.numerators
        wide = self.numerators if max(self.largest, 1) * factor < SMALL else self.numerators.astype(object)
        return wide * factor

    def reduced(self) -> ExactArray:
        """The same numbers over the least common denominator."""
        common = self.denominator
        for part in np.array_split(self.numerators.ravel(), self.numerators.size // CHUNK + 1):
            if common == 1:
                return self
            common = gcd(common, int(np.gcd.reduce(part)) if part.dtype != object else gcd(*map(int, part)))
        wide = self.numerators if common < SMALL else self.numerators.astype(object)
        return ExactArray(wide // common, self.denominator // common)

    def doubles(self) -> NDArray[np.float64]:
        """The nearest doubles."""
        if self.denominator < 1 << 53 and self.largest < 1 << 53:
            return self.numerators / np.float64(self.denominator)  # both exact as doubles, so one rounding
        flat = [rational.double(Fraction(int(a), self.denominator)) for a in self.numerators.flat]
        return np.array(flat, dtype=float).reshape(self.shape)

    def fractions(self) -> Any:
        """Nested lists of Fractions."""
        return _nested(self.numerators, lambda a: Fraction(int(a), self.denominator))

    def texts(self) -> Any:
        """Nested lists of texts such as ``"715/6"``, for JSON."""
        return _nested(self.numerators, lambda a: rational.text(Fraction(int(a), self.denominator)))


def over_one_denominator(*arrays: ExactArray) -> tuple[list[NDArray[Any]], int]:
    """The numerators of several arrays over their least common denominator.

    >>> [list(map(int, a)) for a in over_one_denominator(ExactArray.of(["1/2"]), ExactArray.of(["1/3"]))[0]]
    [[3], [2]]
    """
    denominator = lcm(*(array.denominator for array in arrays))
    return [array.over(denominator) for array in arrays], denominator


def compact(numbers: NDArray[Any]) -> NDArray[Any]:
    """Integers as 64-bit integers where sums and differences of two of them stay within 64 bits, else as Python integers."""
    return _compacted(numbers)[0]


def _compacted(numbers: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """`compact`, and the largest of them."""
    if numbers.dtype != np.int64:
        if numbers.dtype != object:
            numbers = numbers.astype(np.int64)
        else:
            flat = numbers.ravel().tolist()
            whole = set(map(type, flat)) <= {int}
            if not whole:
                flat = [int(a) for a in flat]
            most = max(max(flat), -min(flat)) if flat else 0
            if most < SMALL:
                return np.array(flat, dtype=np.int64).reshape(numbers.shape), most
            if not whole:
                numbers = np.array([*flat, None], dtype=object)[:-1].reshape(numbers.shape)
            return numbers, most
    most = int(largest(numbers))
    return numbers if most < SMALL else numbers.astype(object), most


def _read(data: Any, what: str) -> ExactArray:
    array = data if isinstance(data, np.ndarray) else _array(data, what)
    if array.dtype == bool:
        raise ComityError(f"{what} is {bool(array.flat[0]) if array.size else 'a truth value'}; write a number")
    if np.issubdtype(array.dtype, np.integer):
        if array.dtype == np.uint64:
            array = array.astype(object)
        return ExactArray(array.copy() if array is data else array, 1)
    if array.dtype == np.float64 or array.dtype == np.float32:
        quick = decimals(array.astype(float)) if array.dtype == np.float64 else None
        if quick is not None:
            return quick
    numbers = [rational.exact(number, what) for number in array.flat]
    denominator = lcm(1, *{number.denominator for number in numbers})
    numerators = np.empty(len(numbers), dtype=object)
    numerators[:] = [number.numerator * (denominator // number.denominator) for number in numbers]
    return ExactArray(numerators.reshape(array.shape), denominator)


def _array(data: Any, what: str) -> NDArray[Any]:
    """Nested sequences as an array of objects; ragged ones are refused."""
    rows = _lists(data)
    shape = []
    level = rows
    while isinstance(level, list):
        shape.append(len(level))
        level = level[0] if level else None
    flat: list[Any] = []
    _flatten(rows, shape, flat, what)
    if flat and all(type(number) is int and abs(number) < SMALL for number in flat):
        return np.array(flat, dtype=np.int64).reshape(shape)
    if flat and all(type(number) is float for number in flat):
        return np.array(flat, dtype=float).reshape(shape)
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array.reshape(shape)


def _lists(data: Any) -> Any:
    if isinstance(data, np.ndarray):
        return data.tolist()
    if isinstance(data, ExactArray):
        return data.fractions()
    return [_lists(part) for part in data] if _is_sequence(data) else data


def _is_sequence(data: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(data, Iterable) and not isinstance(data, str | bytes)


def _flatten(rows: Any, shape: Sequence[int], flat: list[Any], what: str) -> None:
    if not shape:
        if isinstance(rows, list):
            raise ComityError(f"{what}: a list of {len(rows)} stands where a number is needed")
        flat.append(rows)
        return
    if not isinstance(rows, list) or len(rows) != shape[0]:
        found = f"a list of {len(rows)}" if isinstance(rows, list) else repr(rows)
        raise ComityError(f"{what}: {found} stands where a list of {shape[0]} is needed; all rows must be equally long")
    for row in rows:
        _flatten(row, shape[1:], flat, what)


def decimals(array: NDArray[np.float64]) -> ExactArray | None:
    """Doubles that are decimals of few digits, read at once; None if some are not."""
    flat = array.ravel()
    places: int | None = 0 if flat.size else None
    for sample in (FEW, CHUNK):
        places = None if places is None else _places(flat[:: flat.size // sample + 1], places)
    while places is not None:
        numerators = np.empty(flat.size, dtype=np.int64)
        # A part at a time stays in fast memory, and the first that needs more digits starts everything again.
        for start in range(0, flat.size, CHUNK):
            part = flat[start : start + CHUNK]
            scaled = _scaled(part, places)
            if scaled is None:
                places = _places(part, places)
                break
            numerators[start : start + CHUNK] = scaled
        else:
            return ExactArray(numerators.reshape(array.shape), 10**places)
    return None


def _places(part: NDArray[np.float64], least: int) -> int | None:
    """How many decimal places all of them need, at least so many; None where that is more than can be read at once."""
    if np.isfinite(part).all():
        for places in range(least, SAFE_DECIMALS + 1):
            if _scaled(part, places) is not None:
                return places
    return None


def _scaled(part: NDArray[np.float64], places: int) -> NDArray[np.float64] | None:
    """Whole multiples of 10**-places, if that is what they all are and short enough."""
    # What is too large already might overflow when it is scaled.
    if not max(part.max(), -part.min()) < SAFE_DIGITS:
        return None
    scaled = np.rint(part * 10.0**places)
    few = np.array_equal(scaled / 10.0**places, part) and max(scaled.max(), -scaled.min()) < SAFE_DIGITS
    return scaled if few else None


def _nested(array: NDArray[Any], show: Any) -> Any:
    if array.ndim == 0:
        return show(array[()])
    if array.ndim == 1:
        return [show(a) for a in array]
    return [_nested(part, show) for part in array]
