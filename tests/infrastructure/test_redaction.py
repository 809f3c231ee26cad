"""Keys are hidden wherever they stand, and ordinary words are left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.redaction import HIDDEN, SHORTEST, Secrets, secrets_of

LOOKING_LIKE_ONE = {
    "sk-abcdefghijklmnop1234": "abcdefghijklmnop",
    "Authorization: Bearer abc.def-ghi_jkl": "abc.def",
    "https://host/x?token=S3CR3TS3CR3T&size=2": "S3CR3T",
    "AKIAABCDEFGHIJKLMNOP": "ABCDEFGH",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl": "eyJzdWI",
    "https://user:S3CR3TS3CR3T@host/": "S3CR3T",
    '{"api_key": "S3CR3TS3CR3T"}': "S3CR3T",
}


@pytest.mark.parametrize("text", LOOKING_LIKE_ONE)
def test_what_looks_like_a_key_is_hidden_as_it_stands_and_inside_json(text: str) -> None:
    for written in (text, json.dumps(text), json.dumps({"message": text})):
        hidden = Secrets().redact(written)
        assert LOOKING_LIKE_ONE[text] not in hidden and HIDDEN in hidden, hidden


@pytest.mark.parametrize(
    "text", ["Keyframe 3 of shot 007", "the task-force key light", "monkey business", "sky-blue", "keyframes=12"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert Secrets().redact(text) == text


@given(secret=st.text("abcXYZ0189!$&()*+.?[]^{|}\\", min_size=SHORTEST, max_size=30), around=st.text(max_size=20))
def test_a_known_secret_is_hidden_whatever_it_looks_like(secret: str, around: str) -> None:
    secrets = Secrets(["another one", secret])
    text = secrets.redact(f"{around} {secret}{around}")
    assert secret not in text.replace(HIDDEN, "") or secret in around


def test_of_two_known_secrets_the_longer_is_hidden_whole() -> None:
    secrets = Secrets(["orange-juice"])
    secrets.hide(["orange-juice-with-ice", "ice"])
    assert secrets.redact("orange-juice-with-ice, ice") == f"{HIDDEN}, ice", "too short to be looked for"


def test_variables_that_say_they_are_secret() -> None:
    environ = {"RUNWAY_API_KEY": "one", "HF_TOKEN": "two", "DB_PASSWORD": "three", "HOME": "four"}
    assert secrets_of(environ) == ["one", "two", "three"]
