"""The password of a studio that others can reach: a page that asks for it, a cookie, and patience with guesses."""

from __future__ import annotations

import hashlib
import hmac
import html
import os
import re
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from addons.words import AUTO, preferred, speaking, spoken, t
from domain.errors import BadInput

COOKIE = "kinoloom"
KEEP_DAYS = 30
"""How long a window stays signed in."""

FREE_GUESSES = 5
"""Wrong passwords from one address before it has to wait."""

LONGEST_WAIT = 60.0
"""Seconds; each further wrong password doubles the wait up to this."""

GUESSES_A_MINUTE = 60
"""Wrong passwords in a minute from all addresses together, after which nobody is asked for the rest of it."""

MAX_FORM = 4096
_ADDRESSES = 2000
_STARTING_PAGE = re.compile(r"/(\?project=[\w-]{1,64})?")


class Throttle:
    """Who may try a password, and when again. `now` gives seconds that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._recent: deque[float] = deque(maxlen=GUESSES_A_MINUTE)

    def wait(self, address: str) -> float:
        """Seconds until this address may try; 0 for now."""
        now = self._now()
        until = self._wrong.get(address, (0, 0.0))[1]
        if len(self._recent) == GUESSES_A_MINUTE:
            until = max(until, self._recent[0] + 60)
        return max(0.0, until - now)

    def wrong(self, address: str) -> None:
        """A wrong password came from there."""
        now = self._now()
        count = self._wrong.pop(address, (0, 0.0))[0] + 1
        late = count - FREE_GUESSES
        self._wrong[address] = (count, now + min(LONGEST_WAIT, 2.0 ** min(late, 10)) if late >= 0 else 0.0)
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
        self._recent.append(now)

    def right(self, address: str) -> None:
        """The password came from there."""
        self._wrong.pop(address, None)


class Login:
    """Lets in who knows the password.

    The cookie is signed with a key made of the password and of a secret in `secret_file` (0600): windows stay signed
    in over a restart, and another password or a sign-out ends all of them.
    """

    def __init__(
        self, password: str, secret_file: Path, *, look: str = "dark", throttle: Throttle | None = None,
        clock: Callable[[], float] = time.time, language: Callable[[str], str] | None = None,
    ) -> None:  # fmt: skip
        self._password = hashlib.sha256(password.encode()).digest()
        self._file = secret_file
        self._look = look
        self._throttle = throttle or Throttle()
        self._clock = clock
        self._language = language or partial(preferred, AUTO)
        self._lock = threading.Lock()
        self._key = self._sign_with(_stored_secret(secret_file))

    def _sign_with(self, secret: bytes) -> bytes:
        return hmac.digest(secret, self._password, "sha256")

    def knows(self, request: Request) -> bool:
        """Whether the request comes from a window that is signed in."""
        issued, _, signature = request.cookies.get(COOKIE, "").rpartition(".")
        began = re.match(r"(\d{1,12})\.", issued)
        if began is None or not hmac.compare_digest(self._signature(issued).encode(), signature.encode()):
            return False
        return 0 <= self._clock() - int(began[1]) < KEEP_DAYS * 86400

    def _signature(self, issued: str) -> str:
        return hmac.new(self._key, issued.encode(), "sha256").hexdigest()

    def asked(self, request: Request) -> Response:
        """What somebody gets who is not signed in: the page that asks for the password, or a refusal for a part."""
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            wanted = f"/?{request.url.query}" if request.url.query else "/"
            return RedirectResponse(f"/login?{urlencode({'to': _starting_page(wanted)})}", status_code=303)
        return Response("Sign in first.", status_code=401, media_type="text/plain")

    def page(self, request: Request) -> Response:
        """The page that asks for the password."""
        if self.knows(request):
            return RedirectResponse("/", status_code=303)
        return self._page(request, _starting_page(request.query_params.get("to", "")))

    def enter(self, request: Request, body: bytes) -> Response:
        """The form of that page was sent."""
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8) if body.count(b"&") < 8 else {}
        to = _starting_page(form.get("to", [""])[0])
        address = request.client.host if request.client else ""
        with self._lock:
            wait = self._throttle.wait(address)
            if wait:
                seconds = int(wait) + 1
                with self._speaking(request):
                    many = t("Too many wrong passwords. Try again in {seconds} s.", seconds=seconds)
                return self._page(request, to, many, 429)
            given = hashlib.sha256(form.get("password", [""])[0].encode("utf-8", "replace")).digest()
            if not hmac.compare_digest(given, self._password):
                self._throttle.wrong(address)
                with self._speaking(request):
                    wrong = t("That is not the password.")
                return self._page(request, to, wrong, 403)
            self._throttle.right(address)
        issued = f"{int(self._clock())}.{secrets.token_hex(8)}"
        answer = RedirectResponse(to, status_code=303)
        answer.set_cookie(
            COOKIE, f"{issued}.{self._signature(issued)}", max_age=KEEP_DAYS * 86400, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    def leave(self, request: Request) -> Response:
        """Sign every window out."""
        if self.knows(request):
            self._file.unlink(missing_ok=True)
            self._key = self._sign_with(_stored_secret(self._file))
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    def _speaking(self, request: Request) -> AbstractContextManager[None]:
        return speaking(self._language(request.headers.get("accept-language", "")))

    def _page(self, request: Request, to: str, wrong: str = "", status: int = 200) -> Response:
        said = f'<p role="alert">{html.escape(wrong)}</p>' if wrong else ""
        template = Template((Path(__file__).parent / "static" / "login.html").read_text("utf-8"))
        with self._speaking(request):
            text = template.substitute(
                look=html.escape(self._look), said=said, to=html.escape(to), language=spoken(),
                asked=html.escape(t("Password of this studio")), open=html.escape(t("Open the studio")),
            )  # fmt: skip
        return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def _starting_page(wanted: str) -> str:
    """The studio's own page; never another address that somebody put into a link."""
    return wanted if _STARTING_PAGE.fullmatch(wanted) else "/"


def _stored_secret(file: Path) -> bytes:
    """The secret in the file, made when there is none. Raises BadInput when it cannot be stored."""
    try:
        if file.is_file():
            found = file.read_bytes()
            if len(found) == 32:
                return found
            file.unlink()
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(secret := secrets.token_bytes(32))
        return secret
    except OSError as error:
        raise BadInput(
            f"{file} cannot be used: {error.strerror or error}.", "Check the folder's permissions."
        ) from None
