"""The password: nothing without it, patience with guesses, and a cookie that is worth nothing elsewhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from addons.login import FREE_GUESSES, GUESSES_A_MINUTE, LONGEST_WAIT, Throttle
from addons.web import serve
from domain.errors import BadInput
from services.passwords import check_password, read_password
from tests.fakes.bench import Bench
from tests.security.door import PASSWORD, Answer, Door
from tests.security.test_who_asks import CLOSED, POSTS

ALL = ["/", "/theme.css", "/favicon.ico", "/studio/a.css", "/studio/a.js", "/assets/index.js", "/static/js/iframeResizer.js",
       "/media/a/keyframe/b/c", "/media/preview/a", "/nothing", "/upload", "/gradio_api/run/predict", "/login/", "/Login", "//login",
       "/health/", "/login/../", "/login%2f", "/login;/", "/health/../", *CLOSED]  # fmt: skip


def sign_in(door: Door, password: str = PASSWORD, to: str = "/") -> Answer:
    form = f"password={quote(password)}&to={quote(to)}".encode()
    return door.ask("/login", "POST", form, Content_Type="application/x-www-form-urlencoded")


def cookie(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("target", ALL)
def test_nothing_is_shown_without_the_password(locked: Door, target: str) -> None:
    answer = locked.ask(target)
    assert answer.status in (400, 401), (target, answer)
    assert len(answer.body) < 100


@pytest.mark.parametrize("target", [p for p in POSTS if p != "/login"] + ["/upload", "/gradio_api/run/predict"])
def test_nothing_is_taken_without_the_password(locked: Door, target: str) -> None:
    answer = locked.ask(target, "POST", b"{}", Content_Type="application/json", X_Kinoloom="1")
    assert answer.status in ((404,) if target == "/health" else (401,))


def test_a_picture_is_not_shown_without_the_password(locked: Door) -> None:
    assert locked.ask(locked.picture).status == 401
    assert locked.ask(locked.picture, Cookie=cookie(sign_in(locked))).body.startswith(b"\x89PNG")


def test_health_gives_nothing_away(locked: Door) -> None:
    assert locked.ask("/health").body == b'{"status":"ok"}'


def test_a_page_leads_to_the_form_and_back(locked: Door) -> None:
    answer = locked.ask("/?project=abc-1", Accept="text/html")
    assert (answer.status, answer.headers["location"]) == (303, "/login?to=%2F%3Fproject%3Dabc-1")
    form = locked.ask(answer.headers["location"])
    assert form.status == 200 and 'value="/?project=abc-1"' in form.text and "no-store" in form.headers["cache-control"]
    entered = sign_in(locked, to="/?project=abc-1")
    assert (entered.status, entered.headers["location"]) == (303, "/?project=abc-1")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/?project=a&x=1",
                                "/logout", '"><script>', "/?project=a\nSet-Cookie: b=c"])  # fmt: skip
def test_the_form_leads_nowhere_else(locked: Door, to: str) -> None:
    assert sign_in(locked, to=to).headers["location"] == "/"
    assert 'name="to" type="hidden" value="/"' in locked.ask(f"/login?to={quote(to)}").text


def test_the_cookie_is_out_of_reach(locked: Door) -> None:
    said = sign_in(locked).headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=strict" in said and "secure" not in said
    assert PASSWORD not in said


def test_behind_https_the_cookie_travels_on_https_alone(locked: Door) -> None:
    form = f"password={quote(PASSWORD)}".encode()
    answer = locked.ask(
        "/login", "POST", form, host="film.example.org", X_Forwarded_Proto="https", Origin="https://film.example.org"
    )
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "value", ["", "x", "1.a.b", ".", "..", "9" * 400 + ".a.b", "1.{}.b", "99999999999.a." + "0" * 64, "\udcff.a.b"]
)
def test_a_made_up_cookie_is_none(locked: Door, value: str) -> None:
    assert locked.ask("/", Cookie=f"kinoloom={value}").status == 401


def test_a_changed_cookie_is_none(locked: Door) -> None:
    good = cookie(sign_in(locked))
    assert locked.ask("/", Cookie=good).status == 200
    name, _, value = good.partition("=")
    issued, nonce, signature = value.split(".")
    for bad in (
        f"{int(issued) + 1}.{nonce}.{signature}",
        f"{issued}.x{nonce}.{signature}",
        f"{issued}.{nonce}.{signature[:-1]}",
    ):
        assert locked.ask("/", Cookie=f"{name}={bad}").status == 401


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "\0", "é" * 50])
def test_a_wrong_password_is_refused_in_words(fresh: Door, password: str) -> None:
    answer = sign_in(fresh, password)
    assert answer.status == 403 and "not the password" in answer.text and "set-cookie" not in answer.headers


def test_guesses_have_to_wait(fresh: Door) -> None:
    said = [sign_in(fresh, f"guess {n}").status for n in range(FREE_GUESSES + 3)]
    assert said == [403] * FREE_GUESSES + [429] * 3
    answer = sign_in(fresh)
    assert answer.status == 429 and "Try again in" in answer.text


def test_signing_out_ends_every_window(fresh: Door) -> None:
    one, two = cookie(sign_in(fresh)), cookie(sign_in(fresh))
    assert fresh.ask("/", Cookie=two).status == 200
    assert fresh.ask("/logout").status == 303  # whoever is not signed in ends nothing
    assert fresh.ask("/", Cookie=two).status == 200
    fresh.ask("/logout", Cookie=one)
    assert fresh.ask("/", Cookie=two).status == 401
    assert fresh.ask("/", Cookie=cookie(sign_in(fresh))).status == 200


def test_a_large_form_is_refused(fresh: Door) -> None:
    assert fresh.ask("/login", "POST", b"password=" + b"x" * 100_000).status == 413
    assert sign_in(fresh, "x" * 3000).status == 403
    assert fresh.ask("/login", "POST", b"&" * 4000).status == 403


@pytest.mark.skipif(os.name == "nt", reason="files there have no mode")
def test_what_signs_cookies_is_for_its_owner_alone(locked: Door) -> None:
    file = locked.bench.folder / "cache" / "login.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD.encode() not in file.read_bytes()


def test_each_further_guess_waits_longer_and_all_together_are_few() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    waits = []
    for _ in range(FREE_GUESSES + 8):
        throttle.wrong("a")
        waits.append(throttle.wait("a"))
    assert waits[: FREE_GUESSES - 1] == [0] * (FREE_GUESSES - 1)
    assert waits[FREE_GUESSES - 1 :] == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert throttle.wait("b") == 0
    for n in range(GUESSES_A_MINUTE):
        throttle.wrong(f"address {n}")
    assert throttle.wait("b") == 60
    now[0] = 61.0
    assert throttle.wait("b") == 0
    throttle.right("a")
    assert throttle.wait("a") == 0


def test_what_throttling_remembers_is_bounded() -> None:
    throttle = Throttle(lambda: 0.0)
    for n in range(5000):
        throttle.wrong(str(n))
    assert len(throttle._wrong) == 2000


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.local"])
def test_others_are_let_in_with_a_password_only(tmp_path: Path, host: str) -> None:
    bench = Bench(tmp_path)
    try:
        with pytest.raises(BadInput, match="without a password"):
            serve(bench.studio, lambda _: bench.project(), tmp_path / "cache", host=host, port=0, open_browser=False)
    finally:
        bench.close()
    assert not (tmp_path / "cache").exists()


def test_a_password_is_read_from_a_file_and_never_repeated(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xef\xbb\xbflong enough \r\nsecond line")
    assert read_password(file) == "long enough"
    file.write_bytes(b"geheim\n")
    with pytest.raises(BadInput, match="shorter than 8") as caught:
        read_password(file)
    assert "geheim" not in str(caught.value)
    for content in (b"", b"\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff"):
        file.write_bytes(content)
        with pytest.raises(BadInput):
            read_password(file)
    with pytest.raises(BadInput, match="cannot be read"):
        read_password(tmp_path / "none")
    with pytest.raises(BadInput):
        check_password("1234567")
