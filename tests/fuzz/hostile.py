"""What goes wrong elsewhere: words, names, paths and JSON that programs trip over, and how many of them are tried."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LENGTH = int(os.environ.get("KINOLOOM_FUZZ", "0"))
"""Examples of each test in the long form; 0 for the short one."""

SHORT = 40

TRIED: Counter[str] = Counter()
"""Examples by test."""

T = TypeVar("T")

PATHS = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\x", "\\\\server\\share\\x", "//server/share/x", "file:///etc/passwd",
    "http://127.0.0.1:9/x.png", "a/../../b", "./a", "a/./b", "a//b", "~root/x", "$HOME/x", "%2e%2e%2fx", "a\0b", "a\nb", "con", "NUL.png", "aux.json", "LPT1",
    "a.", "a ", " a", ".hidden", "-rf", "a:stream", "x" * 300, "日" * 120, "/dev/zero", "/proc/self/environ", "link/out.png", "keyframes/001/out.png",
)  # fmt: skip
WORDS = (
    "", " ", "\0", "\x7f", "\u202egnp.exe", "\u200b", "\ufeff", "e\u0301", "\u00e9", "ﬁ", "раураl", "\ud800", "\U0001f3ac" * 3, "{{x}}", "${x}", "{x}", "%s%n",
    "<img src=x onerror=alert(1)>", "';--", "=cmd|' /C calc'!A0", "{{7*7}}", "!!python/object/apply:os.system [id]", "&a [*a]", "__class__", "constructor",
    "__proto__", "null", "NaN", "-0", "1e999", "9" * 400, "0x10", "١٢", "1/0", "24000/1001", "[fail]", "a\r\nb", "\u2028", "x" * 30_000, "|a|b|", "INT. HOUSE - DAY",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**63, 2**64, 10**40, -(10**40), 0.5, 1e308, -1e308, 1e-320, True, False)

paths = st.sampled_from(PATHS)
words = st.one_of(st.sampled_from(WORDS), paths, st.text(max_size=40))
numbers = st.one_of(st.sampled_from(NUMBERS), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
atoms = st.one_of(st.none(), words, numbers)


def trees(keys: st.SearchStrategy[str], leaves: int = 12) -> st.SearchStrategy[Any]:
    """JSON values whose objects have these keys, most of the time."""
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.one_of(keys, keys, keys, words), inner, max_size=5)
        ),
        max_leaves=leaves,
    )


@st.composite
def spoiled(draw: st.DrawFn, whole: Any, keys: st.SearchStrategy[str]) -> Any:
    """A good JSON value in which a few places hold something else, are gone, or stand twice."""
    value = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()) or isinstance(holder, list):
            holder[key] = draw(st.one_of(atoms, trees(keys, 4)))
        elif draw(st.booleans()):
            del holder[key]
        else:
            holder[draw(st.one_of(keys, words))] = holder[key]
        if not value:
            break
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in list(inner):
        found.append((value, key))
        found += _places(held)
    return found


@st.composite
def torn(draw: st.DrawFn, text: bytes) -> bytes:
    """Bytes cut short, with a bit turned, a part doubled, or rubbish put in."""
    at = draw(st.integers(0, max(0, len(text) - 1)))
    match draw(st.integers(0, 4)):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + bytes([text[at] ^ (1 << draw(st.integers(0, 7)))]) + text[at + 1 :]
        case 2:
            return text[:at] + text[at // 2 :]
        case 3:
            return text[:at] + draw(st.binary(max_size=30)) + text[at:]
        case _:
            return text[:at] + draw(words).encode("utf-8", "replace") + text[at + draw(st.integers(0, 30)) :]


def fuzz(strategy: st.SearchStrategy[T], share: float = 1.0) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with one hostile value after another; a `share` of the usual number where each takes long."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        examples = max(10, int((LENGTH or SHORT) * share))
        quick = settings(
            max_examples=examples,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            database=None,
        )
        return quick(given(strategy)(test))

    return decorate


def tried(test: str) -> None:
    """One more example of that test."""
    TRIED[test] += 1


def files_below(*folders: Path) -> frozenset[str]:
    """Every file and folder there, by name."""
    return frozenset(str(path) for folder in folders for path in folder.rglob("*"))
