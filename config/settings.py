"""Every setting there is: one schema, read from `settings.yaml` and the environment, changed through `save`.

A value comes from the environment (`KINOLOOM_SERVER__PORT`) if it is there, else from the file, else it is the
default. A value that cannot be used falls back to the next of these, and `Loaded.problems` says so; reading never
changes the file.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config import yaml_file
from config.servers import MOST_WAITING, read_logins, read_servers, with_login, write_servers
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


# -- what values look like -----------------------------------------------------------------------------------------


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    return value


def _even(value: int) -> int:
    if value % 2:
        raise ValueError(f"a film's width and height are even, not {value}")
    return value


def _rate(value: object) -> str:
    """A frame rate as "frames/seconds". Decimals are refused: 23.976 is not the rate that is meant by it."""
    match = re.fullmatch(r"([0-9]{1,9})(?:/([0-9]{1,6}))?", str(value).strip())
    rate = Fraction(int(match[1]), int(match[2] or 1)) if match and int(match[2] or 1) else Fraction(0)
    if not 1 <= rate <= 240 or rate.denominator > 100_000:
        raise ValueError('a frame rate is written as "24/1" or "24000/1001" and lies between 1 and 240')
    return f"{rate.numerator}/{rate.denominator}"


def _folder(value: str) -> str:
    """Empty, or an absolute path; a leading `~` is replaced by the home folder."""
    if not value:
        return value
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("there is no home folder of that name") from None
    if "\0" in value or not path.is_absolute():
        raise ValueError("a folder is written with its whole path, from the drive or the root on")
    return str(path)


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value):
        raise ValueError("a host is a name or a number such as 127.0.0.1")
    return value


def _servers(value: str) -> str:
    """Servers separated by commas, each with what is set for it alone; see `config.servers`."""
    return write_servers(read_servers(value))


def _logins(value: str) -> str:
    read_logins(value)
    return value


def _token(value: str) -> str:
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("a token has no blanks")
    return value


def _password(value: str) -> str:
    if value and (len(value) < 8 or not value.isprintable()):
        raise ValueError("a password has at least 8 characters, all of which can be typed")
    return value


def _host_names(value: str) -> str:
    """Names of hosts separated by commas or blanks, in lower case."""
    names = value.lower().replace(",", " ").split()
    for name in names:
        if not re.fullmatch(r"[a-z0-9._-]{1,253}", name):
            raise ValueError(f"{name[:60]} is no name of a host; write film.example.org, several separated by commas")
    return ", ".join(names)


def _speech_url(value: str) -> str:
    """Empty, or an address with http or https and no login in it."""
    if value and not re.fullmatch(r"https?://[^\s/@]+(/[^\s@]*)?", value):
        raise ValueError("an address is written like https://host/v1; the key has a field of its own")
    return value


def _voice(value: str) -> str:
    if not re.fullmatch(r"[\w.+:/@-]*", value):
        raise ValueError("a name has letters, digits and - _ . + : / @, and no blanks")
    return value


SpeechUrl = Annotated[str, AfterValidator(_speech_url)]
VoiceText = Annotated[str, AfterValidator(_voice)]
FolderText = Annotated[str, AfterValidator(_folder)]
RateText = Annotated[str, BeforeValidator(_rate)]
HostText = Annotated[str, AfterValidator(_host)]
ServersText = Annotated[str, AfterValidator(_servers)]
TokenText = Annotated[str, AfterValidator(_token)]
LoginsText = Annotated[str, AfterValidator(_logins)]
PasswordText = Annotated[str, AfterValidator(_password)]
HostNames = Annotated[str, AfterValidator(_host_names)]
Whole = Annotated[int, BeforeValidator(_no_switch)]
EvenNumber = Annotated[Whole, AfterValidator(_even)]


# -- the schema ----------------------------------------------------------------------------------------------------


class Section(BaseModel):
    """One section: a frozen group of settings, each with a title, a sentence of help and a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class General(Section):
    """Where projects go, and how the studio starts."""

    projects_folder: FolderText = Field(
        "",
        title="Projects folder",
        description="Where new projects are made: a whole path. Empty: the folder Kinoloom in your documents folder.",
    )
    open_browser: bool = Field(
        True, title="Open the browser", description="Open the studio in the browser when it starts."
    )


class Server(Section):
    """Where the studio listens. A change takes effect at the next start."""

    host: HostText = Field(
        "127.0.0.1",
        title="Address",
        description="The address the studio listens on: a name or a number. 127.0.0.1: only this computer can open it.",
    )
    port: Whole = Field(7860, ge=0, le=65535, title="Port", description="0: any port that is free.")
    password: PasswordText = Field(
        "",
        max_length=200,
        title="Password",
        description="Asked of everybody who opens the studio; needed when others can reach it. Empty: none.",
        json_schema_extra={"secret": True},
    )
    allowed_hosts: HostNames = Field(
        "",
        max_length=4000,
        title="Other names",
        description="Names under which a reverse proxy reaches the studio, separated by commas: film.example.org.",
    )


class NewProject(Section):
    """The format that a new project starts with. Existing projects keep theirs."""

    width: EvenNumber = Field(
        1280, ge=64, le=8192, title="Width", description="Width of the film in pixels, an even number."
    )
    height: EvenNumber = Field(
        720, ge=64, le=8192, title="Height", description="Height of the film in pixels, an even number."
    )
    rate: RateText = Field(
        "24/1",
        title="Frame rate",
        description="Frames per second as a fraction, from 1 to 240: 24/1, 25/1, 24000/1001.",
    )
    variants: Whole = Field(
        3, ge=1, le=12, title="Keyframe variants", description="How many pictures are made for a shot to choose from."
    )


class Animatic(Section):
    """The built-in engine that draws panels and clips."""

    workers: Whole = Field(
        0, ge=0, le=16, title="Worker processes", description="How many clips are drawn at once. 0: one for each core."
    )
    burn_in: bool = Field(
        True, title="Slate and words", description="Write the shot's slate and words into the picture."
    )


class Comfyui(Section):
    """ComfyUI servers that render. A change takes effect at once."""

    servers: ServersText = Field(
        "",
        max_length=4000,
        title="Servers",
        description="Addresses of ComfyUI servers, separated by commas: http://127.0.0.1:8188. Behind an address, "
        "each after an upright bar: title=Big one, waiting=0 (as below, for it alone), off. Empty: none.",
    )
    waiting: Whole = Field(
        1, ge=0, le=MOST_WAITING, title="Waiting on each server",
        description="How many jobs of yours may wait on a server behind the one that runs. 0: it idles a moment "
        "between two; more than 1: others who use it wait longer.",
    )  # fmt: skip
    token: TokenText = Field(
        "",
        max_length=4000,
        title="Token",
        description="Sent to these servers as Authorization: Bearer. Empty: none.",
        json_schema_extra={"secret": True},
    )
    logins: LoginsText = Field(
        "",
        max_length=100_000,
        title="Logins",
        description='Tokens and headers of single servers: {"https://host/prefix": "token"}, or "X-Api-Key: abc". '
        "The others get the token above. Set in the Servers tab.",
        json_schema_extra={"secret": True},
    )


class Film(Section):
    """The finished film."""

    quality: Literal["fast", "standard", "high", "ultra"] = Field(
        "standard", title="Quality", description="How carefully the film is encoded; higher takes longer and more room."
    )


class Speech(Section):
    """What speaks the narration. A change takes effect at once."""

    engine: Literal["espeak", "piper", "endpoint"] = Field(
        "espeak", title="Engine",
        description="espeak: the program eSpeak NG; piper: Piper with a voice file; endpoint: a service by address.",
    )  # fmt: skip
    voice: VoiceText = Field(
        "", max_length=200, title="Voice",
        description="Who speaks unless the film says otherwise: en-gb or de for eSpeak NG, a name for a service. "
        "Empty: the engine's own.",
    )  # fmt: skip
    espeak: FolderText = Field(
        "", max_length=1000, title="eSpeak NG", description="Path of the program espeak-ng. Empty: it is looked for."
    )
    piper: FolderText = Field(
        "", max_length=1000, title="Piper", description="Path of the program piper. Empty: it is looked for."
    )
    piper_voice: FolderText = Field(
        "", max_length=1000, title="Piper's voice",
        description="Path of a voice file, .onnx, with its .onnx.json beside it. Others in its folder can be chosen.",
    )  # fmt: skip
    url: SpeechUrl = Field(
        "", max_length=1000, title="Service",
        description="Address of a service with OpenAI's speech protocol: https://host/v1. Empty: none.",
    )  # fmt: skip
    key: TokenText = Field(
        "", max_length=4000, title="Key", description="Sent to the service as Authorization: Bearer. Empty: none.",
        json_schema_extra={"secret": True},
    )  # fmt: skip
    model: VoiceText = Field("tts-1", max_length=200, title="Model", description="The service's model that speaks.")


class Queue(Section):
    """How the queue meets failures. A change takes effect at once."""

    retries: Whole = Field(
        3, ge=0, le=20, title="Tries by itself",
        description="How often a job is tried again by itself when a server was out of reach. 0: never.",
    )  # fmt: skip
    first_pause: Whole = Field(
        10, ge=0, le=3600, title="First pause", description="Seconds before the first of these tries."
    )
    pause_factor: Whole = Field(
        3, ge=1, le=10, title="Growth of the pause", description="How many times longer each next pause is."
    )
    longest_pause: Whole = Field(
        300, ge=0, le=86_400, title="Longest pause", description="Seconds that a pause has at most."
    )
    hold_after: Whole = Field(
        3, ge=0, le=1000, title="Failures in a row",
        description="After so many jobs of a project that failed one after another its queue pauses. 0: it never does.",
    )  # fmt: skip


class Appearance(Section):
    """How the studio looks."""

    theme: Literal["dark", "light", "system"] = Field("dark", title="Theme", description="System: as the browser says.")


class Limits(Section):
    """What the studio accepts."""

    max_upload_mb: Whole = Field(
        200, ge=1, le=100_000, title="Largest upload", description="Largest file that can be brought in, in megabytes."
    )
    pause_at_celsius: Whole = Field(
        85,
        ge=0,
        le=120,
        title="Pause when a card is this hot",
        description="Degrees Celsius of a graphics card of this computer at which the queue pauses. 0: never. "
        "Needs an NVIDIA card and the extra kinoloom[gpu].",
    )
    resume_at_celsius: Whole = Field(
        80,
        ge=0,
        le=120,
        title="Go on when it is this cool",
        description="Degrees Celsius at which the queue goes on by itself; always below the one above.",
    )
    memory_percent: Whole = Field(
        0,
        ge=0,
        le=100,
        title="Pause when others use the card",
        description="Percent of a card's memory on this computer that other programs may hold before the queue pauses. "
        "What ComfyUI holds here does not count. 0: never.",
    )


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
        section_help=(_section(section).__doc__ or "").strip(),
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
