"""Every setting there is: one schema, read from `settings.yaml` and the environment, changed through `save`.

A value comes from the environment (`KINOLOOM_SERVER__PORT`) if it is there, else from the file, else it is the
default. A value that cannot be used falls back to the next of these, and `Loaded.problems` says so; reading never
changes the file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config import yaml_file
from config.sections import (
    Animatic,
    Appearance,
    Comfyui,
    Film,
    General,
    Language,
    Limits,
    NewProject,
    OpenaiImages,
    Quality,
    Queue,
    Section,
    Server,
    Speech,
    Stability,
    Vision,
)
from config.servers import with_login
from config.yaml_file import Unreadable

FILE_NAME = "settings.yaml"
"""The settings file in the user's configuration folder."""

Scalar = str | int | bool
"""What one setting can be."""

Origin = Literal["default", "file", "environment"]
"""Where a value comes from."""

Kind = Literal["text", "number", "switch", "choice"]
"""How a setting is asked for."""


class SettingRefused(ValueError):
    """Raised when a setting cannot be changed as asked: one sentence that names the setting and the reason."""


class Settings(BaseSettings):
    """All settings. Made by `load`; frozen."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="KINOLOOM_", env_nested_delimiter="__", case_sensitive=False
    )

    general: General = Field(General(), title="General")
    server: Server = Field(Server(), title="Server")
    new_project: NewProject = Field(NewProject(), title="New projects")
    animatic: Animatic = Field(Animatic(), title="Animatic")
    comfyui: Comfyui = Field(Comfyui(), title="ComfyUI")
    film: Film = Field(Film(), title="Film")
    speech: Speech = Field(Speech(), title="Speech")
    language: Language = Field(Language(), title="Writing model")
    quality: Quality = Field(Quality(), title="Quality")
    vision: Vision = Field(Vision(), title="Vision")
    openai_images: OpenaiImages = Field(OpenaiImages(), title="OpenAI images")
    stability: Stability = Field(Stability(), title="Stability")
    queue: Queue = Field(Queue(), title="Queue")
    appearance: Appearance = Field(Appearance(), title="Appearance")
    limits: Limits = Field(Limits(), title="Limits")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands in: it has read the file and the environment value by value."""
        return (init_settings,)


# -- what the Settings tab renders ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SettingField:
    """One setting as a form shows it. `key` is "section.name", `variable` the environment variable over it.

    `secret` tells a form not to show the value.
    """

    key: str
    section: str
    section_title: str
    section_help: str
    title: str
    help: str
    kind: Kind
    default: Scalar
    variable: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    secret: bool = False


def describe() -> list[SettingField]:
    """Every setting in the order of the schema."""
    return [_describe(section, name, info) for section, name, info in _leaves()]


def _describe(section: str, name: str, info: FieldInfo) -> SettingField:
    of = Settings.model_fields[section]
    return SettingField(
        key=f"{section}.{name}",
        section=section,
        section_title=of.title or section,
        section_help=" ".join((_section(section).__doc__ or "").split()),
        title=info.title or name,
        help=info.description or "",
        kind=_kind(info),
        default=info.default,
        variable=f"KINOLOOM_{section}__{name}".upper(),
        choices=get_args(info.annotation) if get_origin(info.annotation) is Literal else (),
        minimum=next((m.ge for m in info.metadata if hasattr(m, "ge")), None),
        maximum=next((m.le for m in info.metadata if hasattr(m, "le")), None),
        secret=isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("secret") is True,
    )


def _kind(info: FieldInfo) -> Kind:
    if get_origin(info.annotation) is Literal:
        return "choice"
    if info.annotation is bool:
        return "switch"
    return "number" if info.annotation is int else "text"


def _leaves() -> Iterator[tuple[str, str, FieldInfo]]:
    for section in Settings.model_fields:
        for name, info in _section(section).model_fields.items():
            yield section, name, info


def _section(name: str) -> type[Section]:
    annotation = Settings.model_fields[name].annotation
    if not (isinstance(annotation, type) and issubclass(annotation, Section)):
        raise TypeError(f"{name} is not a section")
    return annotation


# -- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """The settings, where each comes from by "section.name", and a sentence for everything that could not be used."""

    settings: Settings
    origin: Mapping[str, Origin]
    problems: list[str] = field(default_factory=list)


def load(config_dir: Path, environ: Mapping[str, str] = os.environ) -> Loaded:
    """The settings as they are now. Never fails and never writes; what is wrong is in `problems`."""
    problems: list[str] = []
    path = config_dir / FILE_NAME
    try:
        in_file = yaml_file.read(path)
        yaml_file.check_sections(path, in_file, set(Settings.model_fields))
    except Unreadable as error:
        problems.append(f"{error} The defaults are used until it is mended; the file is left as it is.")
        in_file = {}
    in_environment = _from_environment(environ)
    problems += _unknown(path, in_file, environ)
    values: dict[str, dict[str, Scalar]] = {name: {} for name in Settings.model_fields}
    origin: dict[str, Origin] = {}
    for each in describe():
        name = each.key.partition(".")[2]
        origin[each.key] = "default"
        sources: tuple[tuple[Origin, str, Mapping[str, Any]], ...] = (
            ("environment", f"The environment variable {each.variable}", in_environment.get(each.section) or {}),
            ("file", f"{each.key} in {path}", in_file.get(each.section) or {}),
        )
        for source, place, found in sources:
            if name not in found:
                continue
            try:
                values[each.section][name] = _checked(each.section, name, found[name])
            except ValueError as error:
                problems.append(f"{place} is {_shown(each.secret, found[name])} and is not used: {error}.")
            else:
                origin[each.key] = source
                break
    return Loaded(Settings.model_validate(values), MappingProxyType(origin), problems)


def _from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Raw values by section and name. pydantic-settings takes the names apart; empty variables count as absent."""
    known = {each.variable for each in describe()}
    source = EnvSettingsSource(Settings)
    source.env_vars = {k.lower(): v for k, v in environ.items() if k.upper() in known and v.strip()}
    return source()


def _unknown(path: Path, in_file: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    """A sentence for each name that looks like a setting and is none: most often a typing mistake."""
    keys = [each.key for each in describe()]
    variables = [each.variable for each in describe()]
    problems = []
    for section, content in in_file.items():
        known = section in Settings.model_fields
        for name in (content or {}) if known or isinstance(content, dict) else [None]:
            key = str(section) if name is None else f"{section}.{name}"
            if key not in keys:
                problems.append(f"{key:.80} in {path} is not a setting and has no effect.{_nearest(key, keys)}")
    for variable in sorted(environ):
        if variable.upper().startswith("KINOLOOM_") and "__" in variable and variable.upper() not in variables:
            hint = _nearest(variable.upper(), variables)
            problems.append(f"The environment variable {variable:.80} is not a setting and has no effect.{hint}")
    return problems


def _nearest(wrong: str, names: list[str]) -> str:
    found = difflib.get_close_matches(wrong, names, n=1)
    return f" Did you mean {found[0]}?" if found else ""


def _shown(secret: bool, value: object) -> str:
    """A value as it may stand in a message: never a key, nor an address with a password in it."""
    return "[hidden]" if secret or "@" in str(value) else f"{value!r:.60}"


def _checked(section: str, name: str, value: object) -> Scalar:
    """The value as the schema has it. Raises ValueError with the reason alone, no full stop."""
    try:
        result: Scalar = getattr(_section(section).model_validate({name: value}), name)
    except ValidationError as error:
        first = error.errors()[0]
        reason = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"]
        raise ValueError(reason[:1].lower() + reason[1:]) from None
    return result


# -- changing ------------------------------------------------------------------------------------------------------


def save(config_dir: Path, key: str, value: object) -> None:
    """Set one setting, "section.name", in the file; comments and everything else in it stay.

    Raises SettingRefused, with nothing changed, when there is no such setting, the value cannot be used, or the
    file cannot be written. A file that cannot be read is first set aside as `settings.yaml.damaged-<time>`.
    """
    section, name = _split(key)
    try:
        checked = _checked(section, name, value)
    except ValueError as error:
        secret = any(each.secret for each in describe() if each.key == key)
        raise SettingRefused(f"{key} cannot be {_shown(secret, value)}: {error}.") from None
    _write(config_dir, section, name, checked)


def save_login(config_dir: Path, url: str, login: str) -> None:
    """Set what one server is greeted with, empty for nothing of its own; those of the others stay. Raises
    SettingRefused as `save` does, and when the environment has the logins."""
    loaded = load(config_dir)
    if loaded.origin["comfyui.logins"] == "environment":
        raise SettingRefused("The logins are set by the environment variable KINOLOOM_COMFYUI__LOGINS.")
    try:
        text = with_login(loaded.settings.comfyui.logins, url, login)
    except ValueError:
        hint = "write the token alone, or X-Api-Key: abc"
        raise SettingRefused(f"This is neither a token nor a header; {hint}.") from None
    _write(config_dir, "comfyui", "logins", text or None)


def reset(config_dir: Path, key: str) -> None:
    """Take one setting out of the file, so that its default holds again. Raises SettingRefused as `save` does."""
    section, name = _split(key)
    if (config_dir / FILE_NAME).exists():
        _write(config_dir, section, name, None)


def _split(key: str) -> tuple[str, str]:
    keys = [each.key for each in describe()]
    if key not in keys:
        raise SettingRefused(f"There is no setting {key!r:.60}.{_nearest(key, keys)}")
    section, _, name = key.partition(".")
    return section, name


def _write(config_dir: Path, section: str, name: str, value: Scalar | None) -> None:
    path = config_dir / FILE_NAME
    try:
        yaml_file.change(path, section, name, value, set(Settings.model_fields))
    except OSError as error:
        raise SettingRefused(f"{path} cannot be written: {error.strerror or error}.") from None
