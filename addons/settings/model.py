"""What the Settings tab shows and does."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from addons.api import Action, PartData, Reply
from addons.session import View
from addons.words import LANGUAGES, named, number, said, t
from domain.errors import BadInput, NotFound
from services.monitor import is_here
from services.settings import SettingField

LOOK = "appearance.theme"
"""The setting that every window follows at once."""


ELSEWHERE = frozenset({"comfyui.logins"})
"""Settings that are no text to type: each server's own login is set beside the server, in the Servers tab."""


def form(view: View) -> PartData:
    """Every setting as an item, in order; the sections, problems and the file in the head."""
    service = view.studio.settings
    fields = [field for field in service.fields() if field.key not in ELSEWHERE]
    items = []
    before = None
    for field in fields:
        items.append(_item(field, first=field.section != before))
        before = field.section
    return PartData(
        head={
            "problems": [said(problem) for problem in service.problems()],
            "file": service.place(),
            "count": len(fields),
            "sections": list(dict.fromkeys(_section(field.section) for field in fields)),
        },
        items=items,
    )


def _item(field: SettingField, *, first: bool) -> dict[str, Any]:
    hidden = field.secret and bool(field.value)
    return {
        "id": field.key,
        "section": _section(field.section) if first else "",
        "title": named(field.title),
        "help": named(field.help),
        "kind": field.kind,
        "choices": [[c, label(c)] for c in field.choices],
        "min": field.minimum,
        "max": field.maximum,
        # A secret never travels to the browser; only that there is one.
        "value": "" if field.secret else field.value,
        "kept": hidden,
        "default": "" if field.secret else value_words(field.default),
        "plain": field.default in (None, ""),
        "origin": field.origin,
        "variable": variable(field.key),
        "secret": field.secret,
    }


def act(view: View, action: Action) -> Reply | None:
    """Save a setting, or take it back to its default. Both take effect at once."""
    if action.act not in ("edit", "reset"):
        return None
    service = view.studio.settings
    field = next((f for f in service.fields() if f.key == action.id), None)
    if field is None:
        raise NotFound("There is no such setting.", "Reload the page.")
    if field.origin == "environment":
        raise BadInput(
            f"{field.title} is set by the environment variable {variable(field.key)}.",
            "Unset it and start Kinoloom again to change it here.",
        )
    if action.act == "reset":
        service.reset(field.key)
        return Reply(said=t("{title} is back to its default.", title=named(field.title)))
    service.save(field.key, value_of(field, action.data.get("value")))
    return None


def value_of(field: SettingField, given: object) -> Any:
    """What the browser sent, as the kind of setting it is. Raises BadInput."""
    if field.kind == "switch":
        return given is True or given == "true"
    text = "" if given is None else str(given)[:4000].strip()
    if field.kind == "choice":
        if text not in field.choices:
            raise BadInput(f"{field.title} cannot be {text[:40]!r}.", f"Choose one of: {', '.join(field.choices)}.")
        return text
    if field.kind != "number":
        return text
    plain = text.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise BadInput(f"{field.title} is a number, not {text[:40]!r}.", _range(field)) from None
    low, high = field.minimum, field.maximum
    if number != number or (low is not None and number < low) or (high is not None and number > high):
        raise BadInput(f"{field.title} cannot be {text[:40]}.", _range(field))
    return int(number) if number.is_integer() else number


def _range(field: SettingField) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return t("It lies between {low} and {high}.", low=number(f"{low:g}"), high=number(f"{high:g}"))
    if low is not None:
        return t("It is at least {low}.", low=number(f"{low:g}"))
    return t("It is at most {high}.", high=number(f"{high:g}")) if high is not None else t("Write it in digits.")


def about(view: View) -> PartData:
    """What runs here, under which licence, and what leaves this computer."""
    studio = view.studio
    engines = [named(studio.backends.spec(i).title) for i in studio.backends.ids()]
    try:
        number = version("kinoloom")
    except PackageNotFoundError:
        number = ""
    return PartData(
        head={
            "version": number,
            "licence": "Apache-2.0",
            "engines": engines,
            "folder": str(studio.projects.home()),
            "model": studio.writing.where() if studio.writing.model() else "",
            "servers": [[server.url, is_here(server.url)] for server in studio.engine.servers()]
            if studio.engine
            else [],
        }
    )


def variable(key: str) -> str:
    """The environment variable over a setting."""
    return "KINOLOOM_" + key.replace(".", "__").upper()


def label(choice: str) -> str:
    """A choice in words."""
    return LANGUAGES.get(choice) or named(choice.replace("_", " ").capitalize())


def value_words(value: object) -> str:
    """A default in words."""
    if isinstance(value, bool):
        return t("on") if value else t("off")
    return t("empty") if value in (None, "") else str(value)


def _section(name: str) -> str:
    return named(name if name[:1].isupper() else name.replace("_", " ").capitalize())
