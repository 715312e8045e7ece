"""What an agreement file may say: pydantic models derived from the dataclasses' described fields, built on first use.

Each member and clause is validated by itself, so that a mistake in one hides nothing in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, partial, wraps
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    PlainValidator,
    Tag,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)
from pydantic import Field as ModelField
from pydantic_core import PydanticCustomError

from comity.agreements.locate import Place, child
from comity.agreements.numbers import RATIO, OutOfRange, Unreadable, is_number, read_number, shown
from comity.catalogue import things
from comity.mechanisms.clause import Clause
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, parameters_of

T = TypeVar("T")

LENIENT = "lenient"
VERSION = "agreement/0.1"
KINDS = ("split", "leave", "lie", "defect", "join", "fix", "sweep", "power")
INSTRUMENTS = (
    "audit.rate",
    "audit.sensitivity",
    "sanction.fine",
    "reward",
    "bond",
    "discount",
    "detection",
    "side_payment",
    "threshold",
    "share",
    "deadline",
    "price",
)


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place of the data; the line is looked up later."""

    place: Place
    message: str
    hint: str = ""
    absent: bool = False  # a key that should be there and is not
    beyond: bool = False  # a number, only beyond its bounds
    meant: Place | None = None  # of an unknown key: where it would have belonged


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What is said of the agreement as a whole: the table ``[agreement]``."""

    id: str = parameter("short name of the agreement")
    title: str = parameter("one line on what it is about", default="")
    unit: str = parameter("unit of every amount of money, such as USD_m")
    period: str = parameter("what one period is, such as year")
    horizon: Literal["infinite"] | int = parameter('number of periods, or "infinite"', low=1)
    provenance: str = parameter("free text on sources", default="")
    sources: tuple[str, ...] = parameter("addresses of sources", default=())


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Other values for some numbers: ``[[scenario]]``."""

    id: str = parameter("name of the scenario")
    set: Mapping[str, Any] = parameter('values by path: "member.L6.discount" = 0.8')


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something the file asks: ``[[question]]``; without any, all questions that make sense are asked."""

    kind: Literal["split", "leave", "lie", "defect", "join", "fix", "sweep", "power"] = parameter("what is asked")
    clause: str | None = parameter("the clause it is asked of (default: all)", refers="clause", default=None)
    member: str | None = parameter("the member it is asked of (default: all)", refers="member", default=None)
    instruments: tuple[str, ...] = parameter("levers a repair may use (default: all)", default=())
    max_cost: Fraction | None = parameter("most a repair may cost per period", unit="money", low=0, default=None)
    target: tuple[str, ...] = parameter("members a repair must reach (default: all)", refers="member", default=())


@cache
def clause_types() -> dict[str, type[Clause]]:
    """Every clause type there is, by the name the file uses."""
    found = things("comity.mechanisms").values()
    return {thing.type: thing for thing in found if thing.__declaration__.kind == "clause"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a hint, otherwise what is known."""
    names = [str(name) for name in known]
    close = get_close_matches(word[:60], names, 1)
    if close:
        return f'did you mean "{close[0]}"?'
    if not names:
        return ""
    return "known here: " + ", ".join(names[:24]) + (", ..." if len(names) > 24 else "")


def _once(derive: Callable[[type[Any]], T]) -> Callable[[type[Any]], T]:
    """Derive something from a class once."""
    known: dict[type[Any], T] = {}

    @wraps(derive)
    def derived(cls: type[Any]) -> T:
        if cls not in known:
            known[cls] = derive(cls)
        return known[cls]

    return derived


# --- models from dataclasses -----------------------------------------------------------------


class Table(BaseModel):
    """A table of the file; ``builds`` is the dataclass made from it."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    builds: ClassVar[type[Any]]
    tables: ClassVar[dict[str, type[Table]]]  # nested tables, by key


@_once
def model_of(cls: type[Any]) -> type[Table]:
    """The model of a dataclass with described fields."""
    hints = hints_of(cls)
    nested: dict[str, type[Table]] = {}
    columns: dict[str, Any] = {}
    for key, described in parameters_of(cls).items():
        annotation = _annotation(hints[described.name], described, nested, key)
        unit = described.metadata["unit"]
        meaning = described.metadata["meaning"] + (f" ({unit})" if unit else "")
        default = ... if is_required(described) else None
        # The prefix keeps fields such as "copy" apart from pydantic's own names.
        columns["p_" + described.name] = (annotation, ModelField(default, alias=key, description=meaning))
    model = create_model(cls.__name__, __base__=Table, __module__=cls.__module__, __doc__=None, **columns)
    model.builds, model.tables = cls, nested
    return model


@_once
def hints_of(cls: type[Any]) -> dict[str, Any]:
    """The resolved types of a dataclass's fields."""
    return get_type_hints(cls)


def is_required(described: Field[Any]) -> bool:
    """Whether the file must give the field."""
    return described.default is MISSING and described.default_factory is MISSING


def _annotation(hint: Any, described: Field[Any], nested: dict[str, type[Table]], key: str) -> Any:
    """The pydantic annotation of a field's type, with the field's bounds on every number in it."""
    again = partial(_annotation, described=described, nested=nested, key=key)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        choices = [choice for choice in inner if choice is not NoneType]
        return again(choices[0]) if len(choices) == 1 else _one_of(choices, again)
    if origin is Literal:
        return _scalar(partial(_choice, choices=inner, described=described), {"enum": list(inner)})
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return list[again(inner[0])]  # type: ignore[misc]
    if origin is tuple:
        return tuple[tuple(again(entry) for entry in inner)]  # type: ignore[misc]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[str, again(inner[1])]  # type: ignore[misc]
    if isinstance(hint, type) and "__dataclass_fields__" in vars(hint):
        nested[key] = model_of(hint)
        return nested[key]
    if hint is Any:
        return Any
    scalars: dict[Any, tuple[Callable[[Any], Any], dict[str, Any]]] = {
        bool: (_flag, {"type": "boolean"}),
        str: (_text, {"type": "string"}),
        int: (partial(_number, described=described, whole=True), _number_schema(described, "integer")),
        Fraction: (partial(_number, described=described, whole=False), _number_schema(described, "number")),
    }
    if hint not in scalars:
        raise TypeError(f"field {key!r} has type {hint!r}, which an agreement file cannot say")
    return _scalar(*scalars[hint])


def _scalar(read: Callable[[Any], Any], schema: dict[str, Any]) -> Any:
    def validated(value: Any, info: ValidationInfo) -> Any:
        try:
            return read(value)
        except OutOfRange as problem:
            if info.context == LENIENT:
                return problem.number
            context = {"message": problem.message, "hint": problem.hint, "beyond": True}
            raise PydanticCustomError("unreadable", "{message}", context) from None
        except Unreadable as problem:
            raise PydanticCustomError("unreadable", "{message}", {"message": problem.message, "hint": problem.hint}) from None

    return Annotated[Any, PlainValidator(validated), WithJsonSchema(schema)]


def _one_of(choices: list[Any], annotate: Callable[[Any], Any]) -> Any:
    """A field of several shapes: the shape of the value decides which one is meant."""
    shapes = {_shape_of_type(choice): Annotated[annotate(choice), Tag(f"<{_shape_of_type(choice)}>")] for choice in choices}
    if len(shapes) < len(choices):
        raise TypeError(f"types {choices} look alike in a file")

    def tag(value: Any) -> str:
        shape = shape_of(value)
        return f"<{shape if shape in shapes else next(iter(shapes))}>"

    return Annotated[Union[tuple(shapes.values())], Discriminator(tag)]  # noqa: UP007 - the members are computed


def _shape_of_type(hint: Any) -> str:
    origin = get_origin(hint)
    if hint in (int, Fraction):
        return "number"
    if hint is bool:
        return "flag"
    if hint is str or origin is Literal:
        return "text"
    return "list" if origin is tuple else "table"


def shape_of(value: Any) -> str:
    """Which of a field's types a value of the file is written for."""
    if isinstance(value, bool):
        return "flag"
    if is_number(value):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "table"


def type_written(hint: Any, value: Any) -> Any:
    """The one type a value is written for, of a field that may take several or none."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    choices = [choice for choice in get_args(hint) if choice is not NoneType]
    return next((choice for choice in choices if _shape_of_type(choice) == shape_of(value)), choices[0])


def _text(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()  # dates need no quotes in TOML
    if not isinstance(value, str):
        raise Unreadable(f"needs text, found {shown(value)}", "write it in quotes" if is_number(value) else "")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unreadable(f"needs true or false, found {shown(value)}")
    return value


def _choice(value: Any, choices: tuple[Any, ...], described: Field[Any]) -> Any:
    if value not in choices or isinstance(value, bool) is not isinstance(choices[0], bool):
        listed = ", ".join(shown(choice) for choice in choices)
        close = get_close_matches(str(value)[:60], [str(choice) for choice in choices], 1)
        hint = f'did you mean "{close[0]}"?' if close else described.metadata["meaning"]
        raise Unreadable(f"{shown(value)} is not {'one of ' if len(choices) > 1 else ''}{listed}", hint)
    return value


def _number(value: Any, described: Field[Any], whole: bool) -> Fraction | int:
    number = read_number(value)
    wanted = _bounds(described)
    limits = described.metadata
    inside = (
        (limits["low"] is None or number >= limits["low"])
        and (limits["high"] is None or number <= limits["high"])
        and (limits["above"] is None or number > limits["above"])
        and (limits["below"] is None or number < limits["below"])
    )
    written = value["value"] if isinstance(value, Mapping) else value
    if not inside:
        raise OutOfRange(f"needs a number {wanted}, found {shown(written)}", described.metadata["meaning"], number)
    if whole and number.denominator != 1:
        raise Unreadable(f"needs a whole number, found {shown(written)}")
    return int(number) if whole else number


def _bounds(described: Field[Any]) -> str:
    if described.metadata["low"] is not None and described.metadata["high"] is not None:
        return f"between {described.metadata['low']} and {described.metadata['high']}"
    words = (("low", "of at least"), ("above", "above"), ("high", "of at most"), ("below", "below"))
    limits = [f"{word} {described.metadata[key]}" for key, word in words if described.metadata[key] is not None]
    return " and ".join(limits)


def _number_schema(described: Field[Any], kind: str) -> dict[str, Any]:
    words = {"low": "minimum", "high": "maximum", "above": "exclusiveMinimum", "below": "exclusiveMaximum"}
    limits = {word: float(limit) for key, word in words.items() if (limit := described.metadata[key]) is not None}
    plain: dict[str, Any] = {"type": kind, **limits}
    ratio = {"type": "string", "pattern": f"^{RATIO.pattern}$"}
    table = {"$ref": "#/$defs/sourced_number"}
    return {"anyOf": [plain, ratio, table]}


# --- validating one table --------------------------------------------------------------------


def validate(cls: type[Any], raw: Mapping[str, Any]) -> tuple[Any, list[Mistake]]:
    """The dataclass a table stands for, or None with its mistakes; places count from the table."""
    model = model_of(cls)
    try:
        return build(model.model_validate(raw)), []
    except ValidationError as problem:
        found = problem.errors(include_url=False)
        return None, [_mistake(model, raw, error) for error in found]
    except ValueError as problem:  # a dataclass that refuses its values together
        return None, [Mistake((), str(problem))]


def sound_part(cls: type[Any], raw: Mapping[str, Any], mistakes: Iterable[Mistake]) -> Any:
    """What a table says without its mistaken optional keys and with numbers beyond their bounds, or None.

    It stands in for a table with mistakes, so that whatever else is wrong with it comes out at once.
    """
    kept = _copy(raw)
    for mistake in mistakes:
        if not mistake.beyond:
            _drop(kept, mistake.place)
    try:
        return build(model_of(cls).model_validate(kept, context=LENIENT))
    except ValueError:
        return None


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(entry) for entry in data] if isinstance(data, list) else data


def _drop(data: Any, place: Place) -> None:
    """Remove a key from its table; entries of lists stay, since their number counts."""
    for part in place[:-1]:
        data = child(data, part)
    if place and isinstance(data, dict):
        data.pop(place[-1], None)


def build(value: Any) -> Any:
    """Dataclasses, tuples and plain mappings from validated models; what the file leaves out has its default."""
    if isinstance(value, Table):
        given = {name.removeprefix("p_"): build(getattr(value, name)) for name in value.model_fields_set}
        return value.builds(**given)
    if isinstance(value, list | tuple):
        return tuple(build(entry) for entry in value)
    if isinstance(value, dict):
        return {key: build(entry) for key, entry in value.items()}
    return value


def _mistake(model: type[Table], raw: Any, error: Any) -> Mistake:
    place: Place = tuple(part for part in error["loc"] if not str(part).startswith("<"))
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        known = parameters_of(_model_at(model, place[:-1]).builds)
        close = get_close_matches(str(place[-1])[:60], known, 1)
        meant = (*place[:-1], close[0]) if close else None
        return Mistake(place, "there is no such key here", did_you_mean(str(place[-1]), known), meant=meant)
    if kind == "missing":
        table = _model_at(model, place[:-1])
        described = parameters_of(table.builds).get(str(place[-1])) if place else None
        meaning = described.metadata["meaning"] if described else "one more entry"
        return Mistake(place, "this is required and missing", f"add {place[-1]} = ... # {meaning}", absent=True)
    if kind == "unreadable":
        return Mistake(place, error["ctx"]["message"], error["ctx"]["hint"], beyond=error["ctx"].get("beyond", False))
    if kind in ("list_type", "tuple_type"):
        return Mistake(place, f"needs a list, found {shown(value)}", "write it in [ ]")
    if kind in ("dict_type", "model_type"):
        return Mistake(place, f"needs a table, found {shown(value)}", "write it in { } or under a header of its own")
    return Mistake(place, f"{error['msg']}, found {shown(value)}")


def _model_at(model: type[Table], place: Place) -> type[Table]:
    for part in place:
        model = model.tables.get(str(part), model)
    return model


# --- the schema for editors ------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The JSON schema of agreement files, with every clause type there is; editors complete and check with it."""
    from pydantic.json_schema import models_json_schema

    types = clause_types()
    parts: dict[str, type[Any]] = {"agreement": Heading, "member": Member, "scenario": Scenario, "question": Question}
    models = {name: model_of(cls) for name, cls in (parts | types).items()}
    named, described = models_json_schema([(model, "validation") for model in models.values()], by_alias=True)
    references = {name: named[model, "validation"] for name, model in models.items()}
    definitions = described["$defs"]
    for name, cls in types.items():
        definition = definitions[references[name]["$ref"].removeprefix("#/$defs/")]
        definition["properties"] |= {"type": {"const": name}, "area": {"const": cls.area}}
        definition["required"] = [*definition.get("required", []), "area", "type"]
    clause = {
        "type": "object",
        "properties": {"type": {"enum": list(types)}},
        "required": ["id", "area", "type"],
        "allOf": [
            {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": references[name]} for name in types
        ],
    }
    properties = {
        "schema": {"const": VERSION},
        "agreement": references["agreement"],
        "clause": {"type": "array", "minItems": 1, "items": clause},
        **{name: {"type": "array", "items": references[name]} for name in ("member", "scenario", "question")},
    }
    found: dict[str, Any] = _untitled(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": ["schema", "agreement", "member", "clause"],
            "additionalProperties": False,
            "$defs": {**definitions, "sourced_number": _SOURCED_NUMBER},
        }
    )
    return found


_SOURCED_NUMBER = {
    "type": "object",
    "description": "a number with where it comes from",
    "properties": {
        "value": {"type": ["number", "string"]},
        "source": {"type": "string"},
        "evidence": {"enum": ["public", "estimated", "illustrative"]},
    },
    "required": ["value"],
    "additionalProperties": False,
}


def _untitled(schema: Any, names: bool = False) -> Any:
    """Without pydantic's titles and empty defaults, which would show its internal names; keys named so stay."""
    if isinstance(schema, dict):
        kept = {
            key: value for key, value in schema.items() if names or not (key == "title" or (key == "default" and value is None))
        }
        return {key: _untitled(value, names=key in ("properties", "$defs") and not names) for key, value in kept.items()}
    return [_untitled(entry) for entry in schema] if isinstance(schema, list) else schema
