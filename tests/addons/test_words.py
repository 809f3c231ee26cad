"""Two languages, one catalogue: what the window says is in it, and is found again."""

from __future__ import annotations

import ast
import html
import re
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.texts import Catalogue, catalogue
from addons.words import (
    LANGUAGES,
    for_browser,
    inline,
    named,
    number,
    preferred,
    said,
    speaking,
    spoken,
    t,
    tn,
)  # fmt: skip
from tests.tools import scripts, texts
from tests.tools.scripts import Code, Literal

GERMAN = texts.ROOT / "addons" / "texts" / "de"
HOLE = re.compile(r"\{(\w+)(?:!t)?\}")


# -- the catalogue is whole ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared() -> tuple[list[str], list[str]]:
    return texts.missing_and_left_over()


def test_every_text_is_in_the_catalogue(compared: tuple[list[str], list[str]]) -> None:
    assert not compared[0], "German is missing for:\n" + "\n".join(compared[0])


def test_nothing_is_in_the_catalogue_that_nobody_says(compared: tuple[list[str], list[str]]) -> None:
    assert not compared[1], "nothing says:\n" + "\n".join(compared[1])


def files() -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    for file in sorted(GERMAN.glob("*.toml")):
        yield file.name, tomllib.loads(file.read_text("utf-8"))


def test_a_text_has_one_german_and_the_holes_of_the_english() -> None:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    wrong = []
    for name, tables in files():
        assert set(tables) <= {"texts", "names", "sentences"}, name
        for table, entries in tables.items():
            for english, german in entries.items():
                before = seen.setdefault((table, english), (name, german))
                if before[1] != german:
                    wrong.append(f"{name}: {english!r} is {german!r}, but {before[1]!r} in {before[0]}")
                if set(HOLE.findall(english)) != set(HOLE.findall(german)):
                    wrong.append(f"{name}: {english!r} and {german!r} have other holes")
                if not german.strip():
                    wrong.append(f"{name}: {english!r} has no German")
                if [text[:1] == " " for text in (english, english[::-1])] != [
                    text[:1] == " " for text in (german, german[::-1])
                ]:
                    wrong.append(f"{name}: {german!r} has other blanks around it than {english!r}")
    assert not wrong, "\n".join(wrong)


def test_each_sentence_is_found_by_its_own_template() -> None:
    german = catalogue("de")
    for english in german.sentences:
        spoken_so = re.sub(r"\{\d+\}", "x1", english)
        said_alike = german.sentences[english].replace("!t", "") == english
        assert german.said(spoken_so) != spoken_so or said_alike, english


# -- no text stands outside of it ----------------------------------------------------------------------------------

UNTRANSLATED = re.compile(r"(?:Kinoloom|ComfyUI|fps|dB|LUFS|px|GiB|[\W\d_])*", re.ASCII)
"""What stands in a page in any language."""


def bare_html(source: str) -> Iterator[str]:
    """Texts and read attributes in the HTML of a script that do not go through Kino.t."""
    for template in scripts.templates(scripts.parse(source)):
        if not template.tag.endswith("html"):
            continue
        for run in scripts.runs(template):
            words = html.unescape(run.static)
            if texts.LETTERS.search(words) and not UNTRANSLATED.fullmatch(words):
                yield f"{run.where}: {words.strip()}"
            for piece in run.pieces:
                if isinstance(piece, Code):
                    yield from bare_branches(source, piece)


def bare_branches(source: str, hole: Code) -> Iterator[str]:
    """Texts that are chosen in a hole, as in ${on ? "On" : "Off"}, and do not go through Kino.t."""
    for literal in hole.strings:
        before, after = source[hole.start : literal.start].rstrip(), source[literal.end : hole.end].lstrip()
        chosen = before.endswith(("?", ":", "||", "??")) and not after.startswith(("===", "!=="))
        if chosen and reads_like_text(literal) and not UNTRANSLATED.fullmatch(literal.text):
            yield f"hole: {literal.text}"


def reads_like_text(literal: Literal) -> bool:
    return bool(re.search(r"[a-z]{2} [a-z]|^ ?[A-Z][a-z]{2}", literal.text)) and "=" not in literal.text


@pytest.mark.parametrize("script", texts.script_files(), ids=lambda p: "/".join(p.parts[-2:]))
def test_no_script_says_anything_past_the_catalogue(script: Path) -> None:
    source = script.read_text("utf-8")
    said_bare = [f"toast or question: {m[1]}" for m in re.finditer(r'\b(?:toast|ask)\("([^"]*[a-z]{2} [^"]*)"', source)]
    assert not [*bare_html(source), *said_bare]


SHOWN_UNDER = frozenset({"said", "title", "label", "help", "empty", "button", "why", "note", "sentence", "hint"})
"""Keys and arguments under which addons hand texts to the window."""


def bare_python(source: str) -> Iterator[str]:
    """Texts that an addon hands to the window as they are: for a known key, and with a blank or a capital letter."""
    tree = ast.parse(source)
    tables = {
        id(node)
        for statement in tree.body
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in tables or not isinstance(node, ast.expr):  # tables of labels are shown through `named`
            continue
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Dict):
            pairs = [
                (str(k.value), v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)
            ]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reply":
            pairs = [(k.arg or "", k.value) for k in node.keywords]
        for key, value in pairs:
            for part in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                for text in texts.templates(part) if key in SHOWN_UNDER else ():
                    plain = re.sub(r"\{\d+\}", "", text)
                    if re.search(r"[A-Za-z]{2,} [A-Za-z]|[A-Z][a-z]{2}", plain):
                        yield f"line {node.lineno}: {key} = {text}"


@pytest.mark.parametrize(
    "module", [p for p in texts.python_files("addons") if "texts" not in p.parts], ids=lambda p: "/".join(p.parts[-2:])
)
def test_no_addon_says_anything_past_the_catalogue(module: Path) -> None:
    assert not list(bare_python(module.read_text("utf-8")))


def test_what_stands_outside_is_found() -> None:
    script = 'const a = (h) => html`<p title="Old ${h.n}">${h.on ? "Switched on" : ""}<b>${Kino.t("New")}</b> fps</p>`;'
    assert list(bare_html(script)) == ["title: Old", "hole: Switched on"]
    assert list(bare_html('html`<a class="big one" data-act="go">${h.name}</a>`')) == []
    python = 'def f(x):\n    return Reply(said=f"Made {x} new.", tab="film"), {"title": "Off" if x else t("On")}\n'
    assert list(bare_python(python)) == ["line 2: said = Made {0} new.", "line 2: title = Off"]
    assert list(texts.texts_of_script('Kino.t("a \\"b\\"", { n: 1 }) + Kino.tn("one", "many", n) + other("c")')) == [
        'a "b"', "one", "many",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="line 1"):
        list(texts.texts_of_python('t(f"made {x}")'))


def test_branches_of_a_sentence_are_templates_of_their_own() -> None:
    node = ast.parse('f"{n} {\'shot is\' if n == 1 else \'shots are\'} in {place!r:.20}" + (" now" if x else "")').body[
        0
    ]
    assert isinstance(node, ast.Expr)
    assert texts.templates(node.value) == [
        "{0} shot is in {1} now", "{0} shot is in {1}", "{0} shots are in {1} now", "{0} shots are in {1}",
    ]  # fmt: skip


# -- speaking ------------------------------------------------------------------------------------------------------


def test_english_is_the_text_itself_and_german_is_looked_up() -> None:
    assert (spoken(), t("Try again"), tn("{n} shot", "{n} shots", 1), named("Queue")) == (
        "en", "Try again", "1 shot", "Queue",
    )  # fmt: skip
    with speaking("de"):
        assert t("Paused: {why}", why="{x} 100 %") == "Pausiert: {x} 100 %"
        assert (tn("{n} shot", "{n} shots", 1), tn("{n} shot", "{n} shots", 3)) == ("1 Einstellung", "3 Einstellungen")
        assert (named("Queue"), named("My camera")) == ("Warteschlange", "My camera")
        assert (number("3.4 MB"), inline("Start frame")) == ("3,4 MB", "Start frame")
        with speaking("xx"):
            assert t("Try again") == "Try again"
        assert t("Try again") == "Noch einmal"
    assert (number("3.4 MB"), inline("Start frame")) == ("3.4 MB", "start frame")


def test_a_thread_of_its_own_speaks_english() -> None:
    heard: list[str] = []
    with speaking("de"):
        thread = threading.Thread(target=lambda: heard.append(t("Try again")))
        thread.start()
        thread.join()
    assert heard == ["Try again"]


@pytest.mark.parametrize(
    ("setting", "accepted", "language"),
    [
        ("auto", "", "en"), ("auto", "de-AT,de;q=0.9,en;q=0.8", "de"), ("auto", "en-GB,de;q=0.9", "en"),
        ("auto", "fr, de;q=0.5, en;q=0.4", "de"), ("auto", "de;q=0, en", "en"), ("auto", "xx;;q=1,\x00,de", "de"),
        ("en", "de", "en"), ("de", "en", "de"), ("", "de", "de"),
    ],
)  # fmt: skip
def test_the_setting_decides_else_the_browser(setting: str, accepted: str, language: str) -> None:
    assert preferred(setting, accepted) == language


def test_errors_are_said_in_german_with_what_they_name_as_it_is() -> None:
    with speaking("de"):
        assert said("There is no shot 'Words' in the storyboard.") == "Im Storyboard gibt es keine Einstellung 'Words'."
        two = "'x.png' is a picture. Drop one picture at a time, on the card of its shot."
        assert said(two) == "'x.png' ist ein Bild. Ein Bild auf einmal ablegen, auf der Karte seiner Einstellung."
        # Words that a person wrote are no sentence of ours, and a hole that may hold them is left alone.
        assert said("Words") == "Words"
        assert said("The queue of my shots") == "The queue of my shots"
        assert said("There is no film 'Settings'.") == "Es gibt keinen Film 'Settings'."
        assert said("the volume is a number, not 'loud'.") == "Die Lautstärke: eine Zahl, nicht 'loud'."
        assert said("Something nobody catalogued happened.") == "Something nobody catalogued happened."
        assert said("") == ""
    assert said("There is no film 'Settings'.") == "There is no film 'Settings'."


def test_the_template_with_most_words_wins_and_none_swallows_the_next_sentence() -> None:
    made = Catalogue(
        sentences={"No {0}.": "Kein {0}.", "No {0} here.": "Hier kein {0}.", "Go {0}.": "Los {0!t}.", "on": "an"}
    )
    assert made.said("No film here.") == "Hier kein film."
    assert made.said("No film. Go on.") == "Kein film. Los an."
    assert made.said("No film. Nobody knows.") == "Kein film. Nobody knows."


def test_a_thousand_templates_are_matched_in_no_time() -> None:
    german = catalogue("de")
    assert len(german.sentences) > 1000
    looked_at = max(len(found) for found in german._by_word.values())
    assert looked_at + len(german._others) < len(german.sentences)  # a first word leaves only some to look at


def test_the_browser_gets_the_texts_that_its_script_says() -> None:
    script = 'Kino.t("Try again"); Kino.t("Nothing of ours")'
    assert for_browser("de", script) == {"Try again": "Noch einmal"}
    assert for_browser("en", script) == {}


def test_every_language_but_english_has_its_catalogue() -> None:
    assert set(LANGUAGES) == {"en", "de"}
    assert all(catalogue(code).texts for code in LANGUAGES if code != "en")
    assert (catalogue("en").texts, catalogue("nowhere").names) == ({}, {})
