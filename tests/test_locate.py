"""Lines and positions of keys in the text of an agreement."""

from __future__ import annotations

import json
import time
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreements.locate import depth_exceeded, line_of, locate
from comity.agreements.numbers import toml_text

TEXT = """# a comment with [brackets] and "quotes
title = "a # no comment"
[agreement]
id = 'x'
dotted.key = 1
long = \"\"\"
[[member]]
id = "not a key" \"\"\"\"
[[member]]
"quoted key" = [1, # one
  [2,
   3]]
endow = { compute = 1.0, "da.ta" = {
  deep = true } }
[member.nested]
at = 2024-01-01 10:00:00
[[member.list]]
a = 1
[[member.list]]
a = 2
[[member]]
[member.nested]
z = 'end'
"""


def test_keys_are_found_where_they_are_written():
    lines = locate(TEXT)
    expected = {
        ("title",): 2,
        ("agreement",): 3,
        ("agreement", "id"): 4,
        ("agreement", "dotted"): 5,
        ("agreement", "dotted", "key"): 5,
        ("agreement", "long"): 6,
        ("member",): 9,
        ("member", 0): 9,
        ("member", 0, "quoted key"): 10,
        ("member", 0, "quoted key", 0): 10,
        ("member", 0, "quoted key", 1): 11,
        ("member", 0, "quoted key", 1, 0): 11,
        ("member", 0, "quoted key", 1, 1): 12,
        ("member", 0, "endow"): 13,
        ("member", 0, "endow", "compute"): 13,
        ("member", 0, "endow", "da.ta"): 13,
        ("member", 0, "endow", "da.ta", "deep"): 14,
        ("member", 0, "nested"): 15,
        ("member", 0, "nested", "at"): 16,
        ("member", 0, "list"): 17,
        ("member", 0, "list", 0): 17,
        ("member", 0, "list", 0, "a"): 18,
        ("member", 0, "list", 1): 19,
        ("member", 0, "list", 1, "a"): 20,
        ("member", 1): 21,
        ("member", 1, "nested"): 22,
        ("member", 1, "nested", "z"): 23,
    }
    # An inline table over several lines is TOML 1.1; the locator reads it, the standard parser need not.
    assert lines == expected


def test_a_place_that_is_not_written_has_the_line_of_what_is_around_it():
    lines = locate(TEXT)
    assert line_of(lines, ("member", 1, "nested", "missing", "deeper")) == 22
    assert line_of(lines, ("nowhere",)) == 1


def test_windows_line_ends_change_no_line():
    assert locate(TEXT.replace("\n", "\r\n")) == locate(TEXT)


def places_of(data, place=()):
    """Every key and entry of plain data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*place, key)
            yield from places_of(value, (*place, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield (*place, at)
            yield from places_of(value, (*place, at))


names = st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=6)
scalars = st.integers(-9, 9) | st.booleans() | names
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(names, values, max_size=4)


@settings(deadline=None, max_examples=150)
@given(documents, st.sampled_from([None, 1, 2]))
def test_a_json_text_has_the_places_of_its_data(data, indent):
    text = json.dumps(data, indent=indent)
    lines = locate(text, is_json=True)
    assert set(lines) == set(places_of(data))
    if indent is None:
        assert set(lines.values()) <= {1}


@settings(deadline=None, max_examples=150)
@given(documents)
def test_a_toml_text_has_the_places_of_its_data(data):
    tables = {key: value for key, value in data.items() if isinstance(value, dict)}
    text = "".join(f"{toml_text(key)} = {toml_text(value)}\n" for key, value in data.items() if key not in tables)
    for key, value in tables.items():
        text += f"[{toml_text(key)}]\n" + "".join(f"{toml_text(k)} = {toml_text(v)}\n" for k, v in value.items())
    assert tomllib.loads(text) == data
    assert set(locate(text)) == set(places_of(tomllib.loads(text)))


def test_depth_is_counted_outside_strings_and_comments():
    assert depth_exceeded('a = "[[[["\n# [[[[\nb = [[1]]\n', 2) is None
    assert depth_exceeded("a = 1\nb = [[\n[1]]]", 2) == 3
    assert depth_exceeded("a = " + "[" * 100_000, 20) == 1


def test_locating_takes_linear_time():
    """Texts that make a careless scanner go back over them; each has to take well under a second for 400 kB."""
    awkward = ['"""\\"', "'''x", '"', "a=[1,\n", '""""""', "[[", "a.b", "#\r"]
    for piece in awkward:
        begun = time.process_time()
        depth_exceeded(piece * (400_000 // len(piece)), 10**9)
        assert time.process_time() - begun < 2, piece
    begun = time.process_time()
    entries = "".join(f"[[member]]\nid = {{ a = [{i}, 2], b = 'x' }}\n" for i in range(10_000))
    assert len(locate(entries)) == 1 + 10_000 * 6
    assert time.process_time() - begun < 4
