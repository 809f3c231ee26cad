"""What single settings look like: text is checked and brought into its usual form, with a reason when it cannot be."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from config.servers import read_logins, read_servers, write_servers


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    return value


def _gate(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", value):
        raise ValueError(f"{value[:60]!r} is no name of a gate; write draft, web, production, or that of your own")
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


def _guarded_url(value: str) -> str:
    """An address with https, or with http on this computer: a key is sent there."""
    if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", value):
        raise ValueError("an address is written like https://host/v1; the key has a field of its own")
    if not re.match(r"https://|http://(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(/|$)", value):
        raise ValueError("a key is sent with https only, or within this computer")
    return value


def _dollars(value: str) -> str:
    """Empty, or an amount of US dollars."""
    if value and not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", value):
        raise ValueError("a price is written like 0.05")
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


def _temperature(value: str) -> str:
    """Empty, or a number from 0 to 2."""
    if value and not (re.fullmatch(r"[0-9](\.[0-9]{1,2})?", value) and float(value) <= 2):
        raise ValueError("a temperature lies between 0 and 2, such as 0.7")
    return value


GateName = Annotated[str, AfterValidator(_gate)]
TemperatureText = Annotated[str, AfterValidator(_temperature)]
GuardedUrl = Annotated[str, AfterValidator(_guarded_url)]
DollarsText = Annotated[str, AfterValidator(_dollars)]
Whole = Annotated[int, BeforeValidator(_no_switch)]
EvenNumber = Annotated[Whole, AfterValidator(_even)]
