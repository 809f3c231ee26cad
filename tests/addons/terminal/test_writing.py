from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.addons.terminal.support import Call
from tests.fakes.llm import KEY, LanguageServer, Reply, answer

IDEA = "An old woman opens a door. She sees the sea. A dog runs along the beach."


def test_an_idea_becomes_a_storyboard_that_makes_a_project(call: Call, tmp_path: Path) -> None:
    board = tmp_path / "board.json"
    said = call("write", IDEA, "--seconds", "30", "--rate", "24", "-o", board, "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["frames"] == 720 and json.loads(said.out)["shots"] == 3
    assert call("new", tmp_path / "film", "--from", board).code == 0


def test_a_file_is_read_and_its_list_kept_word_for_word(call: Call, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("- A dog runs.\n- It sleeps, then wakes.\n- Rain.\n", encoding="utf-8")
    said = call("write", tmp_path / "list.txt", "-o", tmp_path / "board.json")
    assert said.code == 0, said.err
    shots = json.loads((tmp_path / "board.json").read_text(encoding="utf-8"))["shots"]
    assert [s["prompt"] for s in shots] == ["A dog runs.", "It sleeps, then wakes.", "Rain."]


def test_what_cannot_be_written_is_a_sentence_and_leaves_no_file(call: Call, tmp_path: Path) -> None:
    for arguments in (("  ",), (IDEA, "--seconds", "x"), (IDEA, "--language", "xx")):
        said = call("write", *arguments, "-o", tmp_path / "board.json")
        assert said.code == 2 and said.err.strip(), arguments
    assert call("write", IDEA, "-o", tmp_path / "board.txt").code == 2
    assert not list(tmp_path.glob("board.*"))


def test_a_project_begins_with_an_idea_and_its_storyboard_is_exported(call: Call, tmp_path: Path) -> None:
    said = call("new", tmp_path / "film", "--idea", IDEA, "--seconds", "20", "--rate", "24", "--json")
    assert said.code == 0, said.err
    assert (json.loads(said.out)["frames"], json.loads(said.out)["shots"]) == (480, 3)
    for form in ("csv", "md", "fountain", "fdx", "json", "gcv", "segments"):
        target = tmp_path / f"board.{form}"
        said = call("export", tmp_path / "film", "--format", form, "-o", target)
        assert said.code == 0 and "3 shots" in said.out, said.err
        assert "A dog runs along the beach." in target.read_text(encoding="utf-8")
    both = call("new", tmp_path / "other", "--idea", IDEA, "--from", tmp_path / "board.csv")
    assert both.code == 2 and not (tmp_path / "other").exists()


def test_a_language_model_writes_where_it_is_asked_to(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "board.json"
    said = call("write", IDEA, "--model", "-", "-o", target)
    assert said.code == 1 and "No language model is set up." in said.err and not target.exists()
    with LanguageServer(Reply(answer(4), usage=(1000, 200)), key=KEY) as server:
        for name, value in {"URL": server.url, "KEY": KEY, "MODEL": "m", "PRICE_IN": "2", "PRICE_OUT": "10"}.items():
            monkeypatch.setenv(f"KINOLOOM_LANGUAGE__{name}", value)
        said = call("write", IDEA, "--seconds", "20", "--rate", "24", "--model", "-", "--language", "de", "-o", target)
        assert said.code == 0, said.err
        assert said.out.splitlines() == [f"{target}: 4 shots, 480 frames.", "  m: 1200 tokens, 0.0040 US dollars"]
        found = call("write", IDEA, "--model", "other", "-o", target, "--json").json
        assert (found["model"], found["shots"], found["usage"]["cost"]) == ("other", 4, "0.004")
        assert call("write", IDEA, "-o", target).code == 0  # nobody is asked unasked
        assert [told["model"] for told in server.told] == ["m", "other"]
        assert "in German" in server.told[0]["messages"][0]["content"]
        monkeypatch.setenv("KINOLOOM_LANGUAGE__KEY", "sk-wrong-1234567890")
        said = call("write", IDEA, "--model", "-", "-o", tmp_path / "other.json")
    assert said.code == 1 and "refused the key" in said.err and "sk-wrong" not in said.err
    assert not (tmp_path / "other.json").exists()
