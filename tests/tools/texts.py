"""What our code says to people, found in its source: texts of the window, and sentences of everything below it.

`python -m tests.tools.texts` prints what the German catalogue (addons/texts/de) lacks, and what nothing says any more.
Labels that come with data are in `tests/tools/labels.py`.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from addons.texts import catalogue
from tests.tools import scripts
from tests.tools.labels import labels

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("domain", "services", "infrastructure", "addons", "config")
LETTERS = re.compile(r"[A-Za-z]{2}")

SPEAKERS = frozenset({"kind", "Problem", "JobOffer", "BackendFailure", "Failure", "SettingRefused"})
"""What takes a sentence for people, besides the errors of domain/errors.py."""

UNHEARD = frozenset(
    {
        # words for models and for people who write, not about what happens
        "services/sample.py", "domain/softening.py", "domain/prompting/sheets.py", "domain/prompting/wordings.py",
        "services/writing/questions.py", "services/writing/shapes.py",
        # documents and reports that are files of their own, in English
        "services/diagnostics.py", "services/doctor.py", "services/documents.py", "services/reports.py",
        "services/workflow_reports.py", "services/verification.py", "services/quality/documents.py",
        "services/commands.py", "services/advice.py", "services/journal.py", "services/recent.py",
        "infrastructure/logs.py", "infrastructure/environment.py", "infrastructure/gpu.py",
        # shown through `named`, see tests/tools/labels.py
        "domain/delivery.py", "config/settings.py", "config/sections.py", "config/values.py",
    }
)  # fmt: skip
"""Modules below the window whose sentences never reach it, with the reason; errors that they raise do."""

NO_SENTENCE = frozenset(
    [
        "t",
        "tn",
        "compile",
        "ValueError",
        "Field",
        "AssertionError",
        "TypeError",
        "RuntimeError",
        "warning",
        "exception",
        "info",
        "debug",
        "error",
    ]
)
"""What takes text that people do not read as a sentence in the window: logs, patterns, causes of other errors."""

MOST = 24
"""Templates that one expression may stand for, with all its branches."""


def python_files(*folders: str) -> Iterator[Path]:
    """Our modules, without the command line's, which speaks English."""
    for folder in folders or FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "terminal" not in path.relative_to(ROOT).parts:
                yield path


def script_files() -> list[Path]:
    """The scripts of the window."""
    return sorted((ROOT / "addons").rglob("*.js"))


# -- texts: the first arguments of t, tn, Kino.t and Kino.tn -------------------------------------------------------


def texts_of_python(source: str) -> Iterator[str]:
    """The literals in calls of t and tn. Raises ValueError for one that is no literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn"):
            for given in node.args[: 2 if node.func.id == "tn" else 1]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value
                elif not isinstance(given, ast.Name):  # names are looked up below
                    raise ValueError(f"line {node.lineno}: the text is no literal")


def texts_of_script(source: str) -> Iterator[str]:
    """The literals in calls of Kino.t and Kino.tn, and of t and tn in the shell's own script."""
    found = scripts.parse(source)
    for literal in scripts.strings(found):
        before = source[max(0, literal.start - 600) : literal.start]
        if re.search(r"(?<![\w.])(?:Kino\.)?tn?\(\s*$", before) or re.search(
            r'(?<![\w.])(?:Kino\.)?tn\(\s*"(?:[^"\\]|\\.)*",\s*$', before
        ):
            yield literal.text


def window_texts() -> set[str]:
    """Every text that the window says itself."""
    found: set[str] = set()
    for path in python_files("addons"):
        source = path.read_text("utf-8")
        found |= set(texts_of_python(source)) | set(named_texts(source))
        found |= set(re.findall(r'Kino\.t\(\\"([^"\\]+)\\"\)', source))
    for path in script_files():
        found |= set(texts_of_script(path.read_text("utf-8")))
    return found


def named_texts(source: str) -> Iterator[str]:
    """Texts that are given to t or tn by a name: `one, many = "…", "…"` in the same function."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        asked = {
            given.id
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn")
            for given in node.args[: 2 if node.func.id == "tn" else 1]
            if isinstance(given, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from _assigned(target, node.value, asked)


def _assigned(target: ast.expr, value: ast.expr, asked: set[str]) -> Iterator[str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, given in zip(target.elts, value.elts, strict=False):
            yield from _assigned(one, given, asked)
    elif isinstance(target, ast.Name) and target.id in asked and isinstance(value, ast.Constant):
        yield str(value.value)


# -- sentences: what errors and notes are given --------------------------------------------------------------------


def error_names() -> set[str]:
    """The errors of domain/errors.py."""
    tree = ast.parse((ROOT / "domain" / "errors.py").read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def templates(node: ast.expr) -> list[str]:
    """The sentences an expression may come to, with {0}, {1}, … for what is filled in; none for what is no text.

    Branches of `a if b else c` are followed, so that no word of ours hides in a hole.
    """
    found = []
    for parts in itertools.islice(_spelt(node), MOST):
        text, holes = "", 0
        for part in parts:
            if part is None:
                text, holes = text + f"{{{holes}}}", holes + 1
            else:
                text += part
        if LETTERS.search(re.sub(r"\{\d+\}", "", text)):
            found.append(re.sub(r"(\{\d+\})(?:\{\d+\})+", r"\1", text))
    return [_renumbered(text) for text in dict.fromkeys(found)]


def _renumbered(text: str) -> str:
    count = itertools.count()
    return re.sub(r"\{\d+\}", lambda _: f"{{{next(count)}}}", text).strip()


def _spelt(node: ast.expr) -> Iterator[list[str | None]]:
    match node:
        case ast.Constant(value=str() as text):
            yield [None if n % 2 else part for n, part in enumerate(re.split(r"(\{[a-z_]*\})", text))]
        case ast.JoinedStr(values=values):
            for parts in itertools.product(*(list(_spelt(value)) for value in values)):
                yield [piece for part in parts for piece in part]
        case ast.FormattedValue(value=value):
            if isinstance(value, (ast.IfExp, ast.JoinedStr)) or (
                isinstance(value, ast.Constant) and isinstance(value.value, str)
            ):
                yield from _spelt(value)
            else:
                yield [None]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            for one, other in itertools.product(list(_spelt(left)), list(_spelt(right))):
                yield one + other
        case ast.IfExp(body=body, orelse=orelse):
            yield from _spelt(body)
            yield from _spelt(orelse)
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _spelt(value)
        case _:
            yield [None]


@dataclass
class Said:
    """What stands in a module: every text but the docstrings with the names of the calls around it, and what each call
    is given."""

    texts: list[tuple[ast.expr, frozenset[str]]] = field(default_factory=list)
    given: list[tuple[str, ast.expr]] = field(default_factory=list)

    @classmethod
    @cache
    def by(cls, path: Path) -> Said:
        """What stands in the module in that file."""
        found = cls()
        found._visit(ast.parse(path.read_text("utf-8")), frozenset())
        return found

    def _visit(self, node: ast.AST, callers: frozenset[str]) -> None:
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            self.texts.append((node, callers))
        if isinstance(node, ast.JoinedStr):
            children: list[ast.AST] = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            children = []
        else:
            children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            self.given += [(name, given) for given in (*node.args, *(k.value for k in node.keywords))]
            callers |= {name}
        elif isinstance(node, ast.stmt):
            callers = frozenset()
        for child in children:
            self._visit(child, callers)

    def spoken(self, speakers: Collection[str]) -> Iterator[str]:
        """The templates of everything that is given to one of these."""
        for name, given in self.given:
            if name in speakers:
                yield from templates(given)

    def sentences(self) -> Iterator[str]:
        """The templates of every text that is a whole sentence, from a capital letter or a hole to its full stop."""
        for text, callers in self.texts:
            if not callers & NO_SENTENCE:
                for found in templates(text):
                    if " " in found and "<" not in found and re.fullmatch(r"[A-Z{].*[.!?]", found):
                        yield found


def sentences() -> set[str]:
    """Every sentence that the catalogue has to have."""
    speakers = error_names() | SPEAKERS
    found: set[str] = set()
    for path in python_files():
        place = path.relative_to(ROOT)
        found |= set(Said.by(path).spoken(speakers))
        if place.parts[0] == "config":  # why a setting was refused
            found |= set(Said.by(path).spoken({"ValueError"}))
        if place.parts[0] not in ("addons", "config") and place.as_posix() not in UNHEARD:
            found |= set(Said.by(path).sentences())
    return {sentence for sentence in found if " " in sentence or sentence.endswith(".")}


def all_templates() -> set[str]:
    """Every text in our modules as a template: what the catalogue may have."""
    found: set[str] = set()
    for path in python_files():
        for text, _ in Said.by(path).texts:
            found |= set(templates(text))
        found |= set(Said.by(path).spoken(error_names() | SPEAKERS))
    return found


def put_together(sentence: str, heap: str) -> bool:
    """Whether a sentence may come of pieces that our modules say: its longest row of words is among them."""
    return all(word in heap for word in re.findall(r"\w+", max(re.split(r"\{\d+\}", sentence), key=len)))


def missing_and_left_over() -> tuple[list[str], list[str]]:
    """What the German catalogue lacks, and what in it nothing says."""
    german, said = catalogue("de"), all_templates()
    heap = "\n".join(said)
    texts, known = window_texts(), labels()
    missing = [f"[texts] {text}" for text in sorted(texts - set(german.texts))]
    missing += [f"[names] {text}" for text in sorted(known - set(german.names))]
    missing += [f"[sentences] {text}" for text in sorted(sentences() - set(german.sentences))]
    over = [f"[texts] {text}" for text in sorted(set(german.texts) - texts)]
    over += [f"[names] {text}" for text in sorted(set(german.names) - known - said)]
    over += [
        f"[sentences] {text}"
        for text in sorted(set(german.sentences) - said)
        if not put_together(text, heap)
    ]  # fmt: skip
    return missing, over


def main() -> int:
    """Print what is missing and what is left over."""
    missing, over = missing_and_left_over()
    for what, texts in (("missing", missing), ("left over", over)):
        for text in texts:
            print(f"{what}: {text}")
    return 1 if missing or over else 0


if __name__ == "__main__":
    sys.exit(main())
