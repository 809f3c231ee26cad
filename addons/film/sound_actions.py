"""What people do to the sound of the film."""

from __future__ import annotations

import re
from typing import Any

from addons.api import Action, AddonContext, Reply
from addons.film.fields import decimal, whole
from addons.film.reading import SIDE
from addons.film.voices import Voices
from addons.imports import handed_over
from addons.session import View
from addons.words import t
from domain.errors import BadInput
from domain.sound.tracks import Ducking, Levels, Piece, Voice

_DECIMALS = ("start", "crossfade", "gain", "fade_in", "fade_out")
_WORDS = ("track", "item", "title")
_DUCKING = {"depth": "the depth", "attack": "the attack", "release": "the release"}


class SoundActions:
    """Thin handlers over the sound's service; each edit is one step of undo."""

    def __init__(self, context: AddonContext, voices: Voices) -> None:
        self._sound = context.studio.sound
        self._uploads = context.uploads
        self._voices = voices

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        name = "_do_" + action.act.replace("-", "_")
        method = getattr(self, name, None) if re.fullmatch(r"[a-z-]{1,20}", action.act) else None
        found: Reply | None = method(view, action) if method is not None else None
        return found

    # -- narration -----------------------------------------------------------------------------------------

    def _do_narrate(self, view: View, action: Action) -> Reply | None:
        """Speak what is not spoken yet; one shot anew when it is named."""
        if action.id:
            run = self._sound.narrate(view.open, [action.id], again=bool(action.data.get("again")))
        else:
            run = self._sound.narrate(view.open)
        return None if run else Reply(said=t("Everything is spoken already."))

    def _do_dialogue(self, view: View, action: Action) -> Reply:
        """Make narration of what is spoken in the shots; in one, when it is named."""
        told = self._sound.from_dialogue(view.open, [action.id] if action.id else None)
        if told.long:
            shots = ", ".join(told.long[:8])
            return Reply(said=t("Too long to be spoken in one piece: the dialogue of {shots}.", shots=shots))
        if told.kept:
            shots = ", ".join(told.kept[:8])
            return Reply(said=t("What was written by hand stays: {shots}.", shots=shots))
        return Reply(said=t("The dialogue is narration now. Undo takes it back."))

    def _do_lengthen(self, view: View, action: Action) -> Reply:
        return Reply(said=self._sound.lengthen(view.open, action.id))

    def _do_engines(self, view: View, action: Action) -> None:
        self._voices.ask_again()

    # -- imported sounds -----------------------------------------------------------------------------------

    def _do_import(self, view: View, action: Action) -> Reply:
        files = handed_over(action)
        if not files:
            raise BadInput("No file arrived.", "Choose it again.")
        track = action.text("track", 20) or "music"
        for token, name in files:
            with self._uploads.taken(token) as path:
                self._sound.import_sound(view.open, path, track, title=name[:200])
        view.choose(SIDE, "sound")
        return Reply(
            said=t("{value} is in the film.", value=files[0][1])
            if len(files) == 1
            else t("{count} sounds are in the film.", count=len(files))
        )

    def _do_drop_piece(self, view: View, action: Action) -> None:
        self._sound.remove_piece(view.open, action.text("piece", 80))

    def _do_slide(self, view: View, action: Action) -> None:
        """A sound was dragged in the timeline."""
        by, piece = action.number("by") or 0, action.text("piece", 80)
        now = self._sound.plan(view.open).piece(piece)
        self._sound.edit_piece(view.open, piece, offset=now.offset + by)

    # -- fields --------------------------------------------------------------------------------------------

    def _do_edit(self, view: View, action: Action) -> None:
        field, value, text = action.text("field", 120), action.data.get("value", ""), action.text("value", 20_000)
        name, _, rest = field.partition(".")
        match name:
            case "text":
                self._sound.set_line(view.open, action.id, text=text)
            case "offset":
                self._sound.set_line(view.open, action.id, offset=whole("the delay", text))
            case "gain":
                self._sound.set_line(view.open, action.id, gain=decimal("the volume", text))
            case "speakers":
                self._sound.set_line(view.open, action.id, speakers=value is True)
            case "cast":
                self._sound.set_speaker(view.open, rest, text)
            case "muted":
                self._sound.set_line(view.open, action.id, muted=value is True)
            case "loudness":
                self._sound.set_loudness(view.open, text)
            case "subtitles":
                self._sound.set_subtitles(view.open, text)
            case "levels" if rest in Levels.model_fields:
                level = value is True if rest.startswith("mute_") else decimal("the volume", text)
                self._sound.set_levels(view.open, **{rest: level})
            case "ducking" if rest in Ducking.model_fields:
                changed = value is True if rest == "on" else decimal(_DUCKING[rest], text)
                self._sound.set_ducking(view.open, **{rest: changed})
            case "voice" if rest in Voice.model_fields:
                self._voice(view, rest, text)
            case "piece":
                piece, _, what = rest.rpartition(".")
                self._sound.edit_piece(view.open, piece, **{what: _piece_value(what, value, text)})
            case _:
                raise BadInput(f"The sound has no field {field[:40]!r} that can be edited.")

    def _voice(self, view: View, name: str, text: str) -> None:
        if name == "speed":
            self._sound.set_voice(view.open, speed=decimal("the speed", text))
        elif name == "engine":  # another engine has other voices
            self._sound.set_voice(view.open, engine=text, name="")
        else:
            self._sound.set_voice(view.open, name=text)


def _piece_value(name: str, value: Any, text: str) -> Any:
    if name in ("loop", "muted"):
        return value is True
    if name == "offset":
        return round(decimal("the beginning", text))
    if name == "seconds":
        return decimal("the length", text) if text.strip() else None
    if name in _DECIMALS:
        return decimal(f"the {name.replace('_', ' ')}", text)
    if name in _WORDS and name in Piece.model_fields:
        return text
    raise BadInput(f"A sound has no field {name[:40]!r} that can be edited.")
