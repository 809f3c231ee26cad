"""The list of servers in one line, and their logins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.servers import (
    MOST_WAITING,
    ServerEntry,
    login_for,
    read_logins,
    read_servers,
    with_login,
    write_servers,
)
from config.settings import FILE_NAME, SettingRefused, load, save, save_login


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("10.0.0.7:8188 host/prefix/", [ServerEntry("10.0.0.7:8188"), ServerEntry("host/prefix")]),
        ("http://a,,http://b,", [ServerEntry("http://a"), ServerEntry("http://b")]),
        ("http://a | title=Big one | waiting=0 | off", [ServerEntry("http://a", "Big one", 0, False)]),
        ("http://a|waiting=3, http://b", [ServerEntry("http://a", waiting=3), ServerEntry("http://b")]),
        ("http://a | off, http://a/ | title=Again", [ServerEntry("http://a", "Again")]),
    ],
)
def test_a_line_says_which_servers_there_are(text: str, entries: list[ServerEntry]) -> None:
    assert read_servers(text) == entries


@pytest.mark.parametrize(
    "text",
    ["ftp://a", "http://me:secret@a", "http://a | waiting=9", "http://a | waiting=-1", "http://a | fast", "http://a | off=1",
     "http://a | title=", "http://a | "],
)  # fmt: skip
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|there are"):
        read_servers(text)


ENTRIES = st.builds(
    ServerEntry,
    url=st.from_regex(r"https?://[a-z0-9.]{1,20}(:[0-9]{1,5})?(/[a-z]{1,8})?", fullmatch=True),
    title=st.from_regex(r"([a-zA-Z0-9ü.-]( ?[a-zA-Z0-9ü.-]){0,20})?", fullmatch=True),
    waiting=st.none() | st.integers(0, MOST_WAITING),
    on=st.booleans(),
)


@given(st.lists(ENTRIES, max_size=5, unique_by=lambda e: e.url))
def test_a_written_line_reads_as_the_same_servers(entries: list[ServerEntry]) -> None:
    assert read_servers(write_servers(entries)) == entries


def test_a_login_belongs_to_one_server_and_the_others_keep_theirs(tmp_path: Path) -> None:
    save(tmp_path, "comfyui.token", "for-all")
    save_login(tmp_path, "https://host/prefix/", "X-Api-Key: abc def")
    save_login(tmp_path, "10.0.0.7:8188", "t0ken")
    now = load(tmp_path, {}).settings.comfyui
    logins = read_logins(now.logins)
    greeted = [login_for(logins, e, now.token) for e in read_servers("https://host/prefix, 10.0.0.7:8188, http://c")]
    assert greeted == ["X-Api-Key: abc def", "t0ken", "for-all"]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0, "nobody else may read it"
    save_login(tmp_path, "https://host/prefix", "")
    assert read_logins(load(tmp_path, {}).settings.comfyui.logins) == {"http://10.0.0.7:8188": "t0ken"}
    save_login(tmp_path, "http://10.0.0.7:8188", "")
    assert "logins" not in (tmp_path / FILE_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("login", ["two words", "tök", "X Y: z", "a\nb"])
def test_what_can_be_no_login_is_refused_without_repeating_it(tmp_path: Path, login: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        save_login(tmp_path, "http://a", login)
    assert login not in str(refused.value)
    assert not (tmp_path / FILE_NAME).exists()


def test_damaged_logins_are_told_without_their_secrets(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('comfyui:\n  logins: \'{"http://a": "hunter2 hunter2"}\'\n', encoding="utf-8")
    loaded = load(tmp_path, {})
    assert loaded.settings.comfyui.logins == ""
    assert "comfyui.logins" in loaded.problems[0] and "hunter2" not in loaded.problems[0]
    assert with_login("nonsense", "http://a", "t") == '{"http://a": "t"}'
