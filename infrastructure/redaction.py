"""Hiding keys, tokens and passwords in text: what looks like one, and those that are known."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping

HIDDEN = "[hidden]"
SHORTEST = 6
"""Known secrets shorter than this, in characters, are not searched for: they are parts of ordinary words."""

_SECRET_NAME = re.compile(r"(?i)key|token|secret|passw|credential|auth")
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(?:sk|pk|rk|key|ghp|gho|hf|xoxb)[-_][A-Za-z0-9_-]{8,}"), HIDDEN),
    (re.compile(r"\bAIza[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"\bAKIA[A-Z0-9]{12,}"), HIDDEN),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?"), HIDDEN),
    (
        re.compile(
            r"(?i)((?:key|token|secret|password|passwd|signature|authorization)(?:\\?[\"'])?\s*[=:]\s*(?:\\?[\"'])?)"
            r"(?!\s|\[hidden|bearer|basic)[^\s\"'\\&,;)}\]]{4,}"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), HIDDEN),
)


class Secrets:
    """What must not be written down. Safe for threads."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.hide(known)

    def hide(self, values: Iterable[str]) -> None:
        """Hide these values from now on, wherever they appear."""
        more = frozenset(v.strip() for v in values if len(v.strip()) >= SHORTEST)
        with self._lock:
            if more <= self._known:
                return
            self._known |= more
            # the longest first: one may be the beginning of another
            words = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, words)))

    def redact(self, text: str) -> str:
        """The text with everything that is a known secret, or looks like one, replaced by "[hidden]"."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def secrets_of(environ: Mapping[str, str]) -> list[str]:
    """The values of variables whose names say that they are secret."""
    return [value for name, value in environ.items() if _SECRET_NAME.search(name)]
