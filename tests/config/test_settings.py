"""Where a setting comes from, what happens to a bad one, and what a change does to the file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.settings import FILE_NAME, SettingField, SettingRefused, Settings, describe, load, reset, save

GOOD_TEXT = {
    "quality.clip_gate": "web",
    "quality.film_gate": "my-own_gate",
    "quality.upscale": "server",
    "general.projects_folder": str(Path.cwd()),
    "server.host": "localhost",
    "new_project.rate": "24000/1001",
    "comfyui.servers": "http://127.0.0.1:8188, https://render.example/comfy",
    "comfyui.token": "a-long-token",
    "server.password": "correct horse battery",
    "server.allowed_hosts": "film.example.org, other.example.org",
    "comfyui.logins": '{"https://render.example/comfy": "a-long-token"}',
    "speech.voice": "en-gb",
    "speech.espeak": str(Path.cwd() / "espeak-ng"),
    "speech.piper": str(Path.cwd() / "piper"),
    "speech.piper_voice": str(Path.cwd() / "voice.onnx"),
    "speech.url": "https://speech.example/v1",
    "speech.key": "a-long-key",
    "speech.model": "tts-1-hd",
    "language.url": "https://models.example/v1",
    "language.key": "sk-abcdefghij",
    "language.model": "llama3.3:70b",
    "language.temperature": "0.7",
    "language.price_in": "2.50",
    "language.price_out": "10",
    "openai_images.key": "sk-0123456789",
    "openai_images.url": "https://images.example/v1",
    "openai_images.model": "gpt-image-1.5",
    "openai_images.price": "0.05",
    "stability.key": "sk-9876543210",
    "stability.url": "http://127.0.0.1:8000",
    "stability.price": "0.03",
    "vision.model": str(Path.cwd() / "clip.onnx"),
    "vision.face_detector": str(Path.cwd() / "yunet.onnx"),
    "vision.face_model": str(Path.cwd() / "sface.onnx"),
    "vision.url": "https://vision.example/v1",
    "vision.key": "sk-vision",
    "vision.name": "llava:13b",
}
OVER = {
    "general.projects_folder": ("~", ""),
    "comfyui.servers": ("10.0.0.7:8188", "10.0.0.7:8188"),
    "comfyui.token": ("another", "another"),
    "server.password": ("another one", "another one"),
    "server.allowed_hosts": ("Film.example.org", "film.example.org"),
    "comfyui.logins": ('{"http://a": "one"}', '{"http://a": "one"}'),
    "speech.voice": ("de", "de"),
    "speech.espeak": ("~", str(Path.home())),
    "speech.piper": ("~", str(Path.home())),
    "speech.piper_voice": ("~", str(Path.home())),
    "speech.url": ("http://127.0.0.1:8880", "http://127.0.0.1:8880"),
    "speech.key": ("another", "another"),
    "language.url": ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    "language.key": ("sk-other", "sk-other"),
    "language.model": ("qwen3", "qwen3"),
    "quality.upscale": ("upscale-clip", "upscale-clip"),
    "language.temperature": ("1", "1"),
    "language.price_in": ("0", "0"),
    "language.price_out": ("0.15", "0.15"),
    "openai_images.key": ("sk-another", "sk-another"),
    "openai_images.url": ("http://localhost:1234/v1", "http://localhost:1234/v1"),
    "openai_images.model": ("gpt-image-2.6-flare", "gpt-image-2.6-flare"),
    "openai_images.price": ("1", "1"),
    "stability.key": ("sk-more", "sk-more"),
    "stability.url": ("https://other.example", "https://other.example"),
    "stability.price": ("0.065", "0.065"),
    "vision.model": ("~", str(Path.home())),
    "vision.face_detector": ("~", str(Path.home())),
    "vision.face_model": ("~", str(Path.home())),
    "vision.url": ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    "vision.key": ("sk-seeing", "sk-seeing"),
    "vision.name": ("qwen3-vl", "qwen3-vl"),
}
"""What the environment says for settings whose default is empty, and what is meant by it."""
FIELDS = {each.key: each for each in describe()}


def value_of(settings: Settings, key: str) -> Any:
    section, _, name = key.partition(".")
    return getattr(getattr(settings, section), name)


def write(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8", newline="")
    return path


def another(each: SettingField) -> Any:
    """A good value that is not the default."""
    match each.kind:
        case "switch":
            return not each.default
        case "number":
            return (each.minimum or 0) + 2
        case "choice":
            return next((c for c in each.choices if c != each.default), each.default)
        case "text":
            return GOOD_TEXT[each.key]


def bad(each: SettingField) -> Any:
    if each.key == "server.password":
        return "short"
    return (each.maximum or 0) + 1 if each.kind == "number" else "quite wrong!"


# -- reading -------------------------------------------------------------------------------------------------------


def test_without_a_file_every_value_is_its_default(tmp_path: Path) -> None:
    loaded = load(tmp_path / "not there", {})

    assert {key: value_of(loaded.settings, key) for key in FIELDS} == {k: f.default for k, f in FIELDS.items()}
    assert set(loaded.origin.values()) == {"default"}
    assert loaded.problems == []
    assert not (tmp_path / "not there").exists()


@pytest.mark.parametrize("key", FIELDS)
def test_each_value_is_taken_from_the_file_and_from_the_environment_over_it(tmp_path: Path, key: str) -> None:
    each = FIELDS[key]
    section, _, name = key.partition(".")
    write(tmp_path, yaml.safe_dump({section: {name: another(each)}}))

    from_file = load(tmp_path, {})
    assert value_of(from_file.settings, key) == another(each)
    assert from_file.origin[key] == "file"

    said, meant = OVER.get(key, (str(each.default), each.default))
    over = load(tmp_path, {each.variable: said})
    assert over.origin[key] == "environment"
    assert value_of(over.settings, key) == (str(Path.home()) if said == "~" else meant)
    assert from_file.problems == over.problems == []


@pytest.mark.parametrize("key", FIELDS)
def test_a_bad_value_falls_back_alone_and_is_named(tmp_path: Path, key: str) -> None:
    each = FIELDS[key]
    section, _, name = key.partition(".")
    path = write(tmp_path, yaml.safe_dump({section: {name: bad(each)}, "limits": {"max_upload_mb": 77}} | (
        {"limits": {name: bad(each)}} if section == "limits" else {}
    )))  # fmt: skip
    before = path.read_bytes()

    loaded = load(tmp_path, {each.variable: str(bad(each))})

    assert value_of(loaded.settings, key) == each.default
    assert loaded.origin[key] == "default"
    if section != "limits":
        assert loaded.settings.limits.max_upload_mb == 77
    in_environment, in_file = loaded.problems
    assert each.variable in in_environment and key in in_file and str(path) in in_file
    told = "[hidden]" if each.secret else str(bad(each))
    assert all(told in problem and problem.endswith(".") for problem in loaded.problems)
    assert not each.secret or not any(str(bad(each)) in problem for problem in loaded.problems)
    assert path.read_bytes() == before


def test_a_bad_variable_leaves_the_value_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "server: {port: 8000}")

    loaded = load(tmp_path, {"KINOLOOM_SERVER__PORT": "many"})

    assert (loaded.settings.server.port, loaded.origin["server.port"]) == (8000, "file")
    assert len(loaded.problems) == 1


def test_other_variables_of_ours_are_no_settings_and_empty_ones_count_as_absent(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"KINOLOOM_HOME": "/films", "KINOLOOM_SERVER": "{", "KINOLOOM_SERVER__PORT": ""})

    assert loaded.problems == []
    assert loaded.origin["server.port"] == "default"


def test_only_the_given_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOOM_SERVER__PORT", "9000")
    monkeypatch.setenv("KINOLOOM_FILM", "{not json")

    assert load(tmp_path, {}).settings.server.port == 7860
    assert load(tmp_path).settings.server.port == 9000


def test_a_misspelt_name_is_reported_with_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path, "server:\n  prot: 1\nfilm:\nfoo: 1\n")

    problems = load(tmp_path, {"KINOLOOM_FILM__QUALTY": "high"}).problems

    assert len(problems) == 3
    assert "server.prot" in problems[0] and "Did you mean server.port?" in problems[0]
    assert problems[1].startswith("foo in ")
    assert "Did you mean KINOLOOM_FILM__QUALITY?" in problems[2]


@pytest.mark.parametrize(
    "content",
    [
        b"server: [1, 2",
        b"server: {port: 1}}",
        b"- a\n- list",
        b"just words",
        b"server: 5",
        b"\xff\xfe\x00",
        b"when: 2026-13-45",
        b"a: !!python/object:os.system {}",
        b"[" * 5000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_damaged_file_gives_defaults_and_a_sentence_and_is_set_aside_by_the_next_save(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)

    loaded = load(tmp_path, {})
    assert set(loaded.origin.values()) == {"default"}
    assert len(loaded.problems) == 1 and str(path) in loaded.problems[0]
    assert path.read_bytes() == content

    save(tmp_path, "server.port", 8001)
    save(tmp_path, "server.host", "localhost")
    assert yaml.safe_load(path.read_text()) == {"server": {"port": 8001, "host": "localhost"}}
    aside = [p for p in tmp_path.iterdir() if p.name.startswith(f"{FILE_NAME}.damaged-")]
    assert [p.read_bytes() for p in aside] == [content]


def test_two_damaged_files_in_one_second_are_both_kept(tmp_path: Path) -> None:
    for content in (b"one: [", b"two: ["):
        (tmp_path / FILE_NAME).write_bytes(content)
        save(tmp_path, "server.port", 8001)

    aside = {p.read_bytes() for p in tmp_path.glob("*.damaged-*")}
    assert aside == {b"one: [", b"two: ["}


def test_a_settings_file_that_is_a_folder_is_reported_and_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()

    assert "cannot be read" in load(tmp_path, {}).problems[0]
    with pytest.raises(SettingRefused, match="cannot be written"):
        save(tmp_path, "server.port", 8001)
    assert (tmp_path / FILE_NAME).is_dir()


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = load(tmp_path, {}).settings
    with pytest.raises(ValidationError):
        settings.server.port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        settings.server = settings.server  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "read"),
    [("24", "24/1"), (24, "24/1"), ("48/2", "24/1"), (" 24000/1001 ", "24000/1001"), ("240", "240/1")],
)
def test_a_rate_is_stored_as_a_fraction_in_lowest_terms(tmp_path: Path, written: object, read: str) -> None:
    save(tmp_path, "new_project.rate", written)
    assert load(tmp_path, {}).settings.new_project.rate == read


@pytest.mark.parametrize(
    "rate", ["", "0", "24/0", "0/1", "23.976", 23.976, True, "-24", "241", "1/2", "24/", "٢٤", None]
)
def test_what_is_no_rate_is_refused(tmp_path: Path, rate: object) -> None:
    with pytest.raises(SettingRefused, match="frame rate"):
        save(tmp_path, "new_project.rate", rate)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("language.temperature", "3"),
        ("language.temperature", "warm"),
        ("language.url", "ftp://host/v1"),
        ("language.url", "http://user:word@host/v1"),
        ("language.model", "two words"),
        ("language.price_in", "cheap"),
        ("language.repairs", 9),
    ],
)
def test_what_describes_no_language_model_is_refused(tmp_path: Path, key: str, wrong: object) -> None:
    with pytest.raises(SettingRefused):
        save(tmp_path, key, wrong)
    assert load(tmp_path, {}).origin[key] == "default"


# -- changing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FIELDS)
def test_each_value_can_be_saved_read_back_and_reset(tmp_path: Path, key: str) -> None:
    value = another(FIELDS[key])

    save(tmp_path / "new folder", key, value)
    loaded = load(tmp_path / "new folder", {})
    assert (value_of(loaded.settings, key), loaded.origin[key]) == (value, "file")

    reset(tmp_path / "new folder", key)
    loaded = load(tmp_path / "new folder", {})
    assert (value_of(loaded.settings, key), loaded.origin[key]) == (FIELDS[key].default, "default")
    assert loaded.problems == []


@pytest.mark.parametrize("key", FIELDS)
def test_a_bad_value_is_refused_with_a_sentence_and_nothing_changes(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        save(tmp_path, key, bad(FIELDS[key]))

    assert re.fullmatch(rf"{re.escape(key)} cannot be .+: .+[^.]\.", str(refused.value))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"no setting 'server\.prot'\. Did you mean server\.port\?"):
        save(tmp_path, "server.prot", 1)
    with pytest.raises(SettingRefused):
        reset(tmp_path, "server")


@pytest.mark.parametrize("wrong", [True, 8000.5, "", None, [1]])
def test_a_number_is_a_number(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(SettingRefused):
        save(tmp_path, "server.port", wrong)


COMMENTED = """\
# my settings
server:          # where
  port: 8000     # was 7860

  # a note on the host
  host: "localhost"
future: {kept: [1, 2]}
film:
"""


def test_a_change_keeps_comments_order_and_what_it_does_not_know(tmp_path: Path) -> None:
    path = write(tmp_path, COMMENTED)

    save(tmp_path, "server.port", 9000)
    assert path.read_text() == COMMENTED.replace("port: 8000", "port: 9000")

    save(tmp_path, "film.quality", "high")
    assert path.read_text().startswith(COMMENTED.replace("port: 8000", "port: 9000").rstrip())
    assert yaml.safe_load(path.read_text())["film"] == {"quality": "high"}

    save(tmp_path, "appearance.theme", "light")
    reset(tmp_path, "server.port")
    text = path.read_text()
    assert "# my settings" in text and "# a note on the host" in text and "port" not in text
    assert yaml.safe_load(text) == {
        "server": {"host": "localhost"}, "future": {"kept": [1, 2]}, "film": {"quality": "high"},
        "appearance": {"theme": "light"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "{server: {port: 1}, x: 2}",
        "server: {}",
        "server: {port: 1, host: a}",
        "server: &a\n  port: 1\nother: *a\n",
        "server:\n    port: 1",
        "server:\r\n  port: 1\r\nx: 2\r\n",
        "---\nserver:\n  port: 1\n...\n",
        "server: ~\nx: 1\n",
        "server: # later\nx: 1\n",
        "# only a comment",
        "\ufeffserver:\n  port: 1\n",
        "server:\n  port: 1\n  port: 2\n",
        "server:\n  ? port\n  : 1\n",
        "? server\n: port: 1\n",
        'server:\n  port: "1"\n',
        "server:\n  port: >-\n    1\nx: 1\n",
        "x: |\n  server:\n    port: 1\n",
        "a: &a [*a]\n",
        "1: 2\n",
    ],
)
def test_a_change_comes_out_right_however_the_file_is_written(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    before = yaml.safe_load(path.read_bytes()) or {}
    for key, value in (("server.port", 8123), ("server.host", "localhost"), ("film.quality", "fast")):
        save(tmp_path, key, value)

    settings = load(tmp_path, {}).settings
    assert (settings.server.port, settings.server.host, settings.film.quality) == (8123, "localhost", "fast")
    after = yaml.safe_load(path.read_bytes())
    assert repr({k: v for k, v in before.items() if k != "server"}) == repr(
        {k: v for k, v in after.items() if k not in {"server", "film"}}
    )

    for key in ("server.port", "server.host", "film.quality"):
        reset(tmp_path, key)
    assert set(load(tmp_path, {}).origin.values()) == {"default"}
    assert list(tmp_path.iterdir()) == [path]


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_any_folder_name_survives_the_file(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("config")
    projects = str(Path.cwd() / name)
    save(folder, "general.projects_folder", projects)
    assert load(folder, {}).settings.general.projects_folder == projects


def test_saving_what_is_there_already_does_not_touch_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, COMMENTED)
    stamp = path.stat().st_mtime_ns

    save(tmp_path, "server.port", 8000)
    reset(tmp_path, "film.quality")

    assert path.stat().st_mtime_ns == stamp


def test_resetting_without_a_file_makes_none(tmp_path: Path) -> None:
    reset(tmp_path, "server.port")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_a_refusal_and_leaves_no_crumbs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingRefused, match="cannot be written"):
        save(tmp_path / "file", "server.port", 1)
    assert (tmp_path / "file").read_text() == "in the way"


# -- the form ------------------------------------------------------------------------------------------------------


def test_every_setting_has_what_a_form_needs() -> None:
    for each in FIELDS.values():
        assert each.title and each.section_title and each.section_help, each.key
        assert each.help.endswith("."), f"{each.key}: help is a sentence"
        assert each.variable == "KINOLOOM_" + each.key.replace(".", "__").upper()
        assert (each.kind == "choice") == bool(each.choices)
        assert (each.kind == "number") == (each.minimum is not None and each.maximum is not None), each.key
    assert len({each.title for each in FIELDS.values()}) == len(FIELDS), "two settings have the same title"
