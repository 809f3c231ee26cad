"""Actions of a tab by their names."""

from __future__ import annotations

import re

from addons.api import Action, Reply
from addons.session import View


class Verbs:
    """The action "move-up" is done by the method `_do_move_up(view, action)`; one that there is not does nothing."""

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        name = "_do_" + action.act.replace("-", "_")
        method = getattr(self, name, None) if re.fullmatch(r"[a-z-]{1,20}", action.act) else None
        found: Reply | None = method(view, action) if method is not None else None
        return found
