"""Which backends there are, and starting each when it is first asked for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from importlib.metadata import entry_points

from domain.backend import BackendSpec
from domain.errors import BackendUnavailable, NotFound
from domain.profile import ModelProfile
from domain.profiles import profile_for
from services.ports import VideoBackend

Entry = tuple[BackendSpec | Callable[[str], BackendSpec], Callable[[], VideoBackend]]
"""What a backend can do (for each of its workflows, by a function that takes its id or ""), and how to start it."""


class BackendRegistry:
    """Backends by id. A factory is called once, on first use; its spec is known without starting anything.

    `more` gives further entries (those of third parties); it is asked once, when a backend is wanted that is not
    among `entries` or all are listed. An entry of the same id does not replace a built-in one.
    """

    def __init__(self, entries: Mapping[str, Entry], more: Callable[[], Mapping[str, Entry]] | None = None) -> None:
        self._entries = dict(entries)
        self._more = more
        self._lock = threading.Lock()
        self._started: dict[str, VideoBackend] = {}
        self._closed = False

    def ids(self) -> list[str]:
        """Ids, the built-in ones first."""
        self._find_more()
        return list(self._entries)

    def spec(self, backend_id: str, workflow: str = "") -> BackendSpec:
        """What the backend can do with that workflow. Raises NotFound naming those there are."""
        spec = self._entry(backend_id)[0]
        return spec if isinstance(spec, BackendSpec) else spec(workflow)

    def get(self, backend_id: str) -> VideoBackend:
        """The backend, started on first use. Raises NotFound."""
        _, factory = self._entry(backend_id)
        with self._lock:
            if self._closed:
                raise BackendUnavailable(f"The backend {backend_id} was asked for while the studio closes.")
            if backend_id not in self._started:
                self._started[backend_id] = factory()
            return self._started[backend_id]

    def profile(self, backend_id: str, profile_id: str, film_rate: Fraction) -> ModelProfile:
        """The profile to plan with. Raises NotFound."""
        self._entry(backend_id)
        return profile_for(profile_id, film_rate)

    def close(self) -> None:
        """End every backend that was started."""
        with self._lock:
            self._closed = True
            started, self._started = list(self._started.values()), {}
        for backend in started:
            backend.close()

    def _entry(self, backend_id: str) -> Entry:
        if backend_id not in self._entries:
            self._find_more()
        try:
            return self._entries[backend_id]
        except KeyError:
            known = ", ".join(self._entries)
            raise NotFound(f"There is no backend {backend_id!r}.", f"There are: {known}.") from None

    def _find_more(self) -> None:
        with self._lock:
            more, self._more = self._more, None
            if more is not None:
                self._entries |= {i: e for i, e in more().items() if i not in self._entries}


def third_party() -> Mapping[str, Entry]:
    """Backends that other distributions register: each entry point names a function that gives spec and factory."""
    found: dict[str, Entry] = {}
    for entry in entry_points(group="kinoloom.backends"):
        try:
            spec, factory = entry.load()()
            found[spec.id] = (spec, factory)
        except Exception as error:
            # Foreign code: one that is broken must not take the others along.
            logging.getLogger(__name__).warning("The backend %s could not be loaded: %r", entry.name, error)
    return found


def lane_sizes(backends: BackendRegistry, own: Iterable[str]) -> Callable[[str], int]:
    """How many jobs run at once, by backend; one in each of the lanes that are our `own`."""
    single = frozenset(own)

    def size(lane: str) -> int:
        if lane in single:
            return 1
        try:
            return int(backends.spec(lane).parallel)
        except NotFound:
            return 1  # a job from a backend that is no longer installed: it is started, and fails with that sentence

    return size
