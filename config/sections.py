"""The settings by section: each with its title, a sentence of help, its bounds and its default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.servers import MOST_WAITING
from config.values import (
    DollarsText,
    EvenNumber,
    FolderText,
    GateName,
    GuardedUrl,
    HostNames,
    HostText,
    LoginsText,
    PasswordText,
    RateText,
    ServersText,
    SpeechUrl,
    TemperatureText,
    TokenText,
    VoiceText,
    Whole,
)


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
    language: Literal["auto", "en", "de"] = Field(
        "auto", title="Language", description="Language of the studio's window. Auto: as the browser says."
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


class Language(Section):
    """A language model for writing storyboards, at any endpoint like OpenAI's. A change takes effect at once."""

    url: SpeechUrl = Field(
        "", max_length=1000, title="Model address",
        description="OpenAI, Ollama, LM Studio, vLLM, llama.cpp and others: http://127.0.0.1:11434/v1. Your text is "
        "sent there when you write with the model, and nowhere else. Empty: none.",
    )  # fmt: skip
    key: TokenText = Field(
        "", max_length=4000, title="Model key", description="Sent there as Authorization: Bearer. Empty: none.",
        json_schema_extra={"secret": True},
    )  # fmt: skip
    model: VoiceText = Field(
        "", max_length=200, title="Model name", description="The model's name, as the endpoint has it."
    )
    temperature: TemperatureText = Field(
        "", max_length=4, title="Temperature", description="From 0, even, to 2, wild. Empty: the endpoint's own."
    )
    max_tokens: Whole = Field(
        0, ge=0, le=200_000, title="Most tokens",
        description="Longest answer; a shot takes about 150 tokens. 0: the endpoint's own limit.",
    )  # fmt: skip
    repairs: Whole = Field(
        2, ge=0, le=5, title="Repairs",
        description="How often an answer that cannot be used is sent back with what is wrong in it. Each time costs "
        "a question.",
    )  # fmt: skip
    silence: Whole = Field(
        120, ge=5, le=3600, title="Silence", description="Seconds without a word after which the model is given up."
    )
    price_in: DollarsText = Field(
        "", max_length=20, title="Price of tokens sent",
        description="US dollars for a million tokens: 2.50. Empty: the cost of a draft is unknown.",
    )  # fmt: skip
    price_out: DollarsText = Field(
        "", max_length=20, title="Price of tokens received", description="The same for what the model writes."
    )
    json_mode: Literal["auto", "json_schema", "tools", "json_object", "text"] = Field(
        "auto", title="Shape of answers",
        description="How the endpoint is told it. Auto: by a schema, else a tool, else JSON, else words, whichever it "
        "takes.",
    )  # fmt: skip


class Quality(Section):
    """How clips and films are checked, and how far Kinoloom goes by itself. A change takes effect at once."""

    check: Literal["clips", "film"] = Field(
        "clips", title="Check",
        description="Clips: every clip as it arrives, and the film. Film: the finished film alone.",
    )  # fmt: skip
    clip_gate: GateName = Field(
        "draft", title="Gate for clips", description="draft, web, production, or one of your own."
    )
    film_gate: GateName = Field(
        "web", title="Gate for films", description="draft, web, production, or one of your own."
    )
    retakes: Whole = Field(
        2, ge=0, le=10, title="Retakes by itself",
        description="How often a clip that fails is made again with another seed, at most. The best one stands, none "
        "is deleted. 0: never. What costs something is never made again by itself.",
    )  # fmt: skip
    on_drift: Literal["note", "match", "reanchor", "cut"] = Field(
        "note", title="When a shot drifts",
        description="Note: it is told. Match: the film matches the colours of each segment to the one before. "
        "Reanchor: a fresh picture is drawn there by an image-edit workflow and the shot made again from it, at most "
        "twice a shot, and never by itself where that costs something. Cut: the rest becomes a shot of its own, which "
        "is to be drawn and rendered.",
    )  # fmt: skip
    smaller: bool = Field(
        False, title="Go on smaller when memory runs out",
        description="The clip is made at three quarters of the size, then at half.",
    )  # fmt: skip
    upscale: VoiceText = Field(
        "", max_length=64, title="Enlarge smaller clips by",
        description="server: a workflow that enlarges clips and a server can run; or one by its id. Empty, or while no "
        "server can: the film scales them up.",
    )  # fmt: skip


_FIT = (
    "How pictures of another shape become the film's: fill cuts off what stands over, fit shows all on black, extend "
    "shows all on a soft enlargement of itself."
)
_ACROSS = "What fill keeps, in percent: 0 the left edge, 50 the middle, 100 the right edge."
_DOWN = "What fill keeps, in percent: 0 the upper edge, 50 the middle, 100 the lower edge."
_PRICE = "What you pay for a picture, in US dollars: 0.05. Empty: from the published prices, as far as they are known."


class OpenaiImages(Section):
    """Keyframes by OpenAI, or a service that speaks its images API. Each picture is charged. A change takes effect at
    once."""

    key: TokenText = Field(
        "", max_length=4000, title="OpenAI key", description="API key of your account there. Empty: it is not used.",
        json_schema_extra={"secret": True},
    )  # fmt: skip
    url: GuardedUrl = Field(
        "https://api.openai.com/v1", max_length=1000, title="OpenAI address",
        description="With https, or of a service on this computer, which often wants no key.",
    )  # fmt: skip
    model: VoiceText = Field(
        "gpt-image-2", max_length=200, min_length=1, title="OpenAI model",
        description="gpt-image-2 and later draw in the film's shape; gpt-image-1.5 and gpt-image-1-mini in 3:2, 1:1 or "
        "2:3.",
    )  # fmt: skip
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"] = Field(
        "medium", title="OpenAI quality",
        description="Higher takes longer and costs more. xhigh and max: newest models only.",
    )  # fmt: skip
    moderation: Literal["auto", "low"] = Field(
        "auto", title="Moderation", description="How strictly words are judged there. Low: less so."
    )
    fit: Literal["fill", "fit", "extend"] = Field("fill", title="OpenAI fit", description=_FIT)
    focus_across: Whole = Field(50, ge=0, le=100, title="OpenAI focus across", description=_ACROSS)
    focus_down: Whole = Field(50, ge=0, le=100, title="OpenAI focus down", description=_DOWN)
    price: DollarsText = Field("", title="OpenAI price of a picture", description=_PRICE)


class Stability(Section):
    """Keyframes by Stability's REST API. Each picture is charged. A change takes effect at once."""

    key: TokenText = Field(
        "", max_length=4000, title="Stability key", description="API key of your account there. Empty: it is not used.",
        json_schema_extra={"secret": True},
    )  # fmt: skip
    url: GuardedUrl = Field(
        "https://api.stability.ai", max_length=1000, title="Stability address",
        description="With https, or of this computer.",
    )  # fmt: skip
    model: Literal["core", "ultra", "sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium"] = Field(
        "core", title="Stability model",
        description="core is quick and cheap, ultra the best; ultra and sd3.5 can draw over the shot before.",
    )  # fmt: skip
    reference: Literal["style", "none"] = Field(
        "style", title="Stability reference pictures",
        description="style: the sheet of who is in a shot gives its look, by the style calls. none: words alone draw.",
    )  # fmt: skip
    fidelity: Whole = Field(
        50, ge=0, le=100, title="Stability fidelity",
        description="How closely the look of the reference is followed, in percent.",
    )  # fmt: skip
    start: Literal["image", "structure", "sketch"] = Field(
        "image", title="Stability shot before",
        description="How a carried-over picture is followed. image: drawn over, by ultra and sd3.5. structure: its "
        "shapes stay, sketch: its lines stay, with each model.",
    )  # fmt: skip
    fit: Literal["fill", "fit", "extend"] = Field("fill", title="Stability fit", description=_FIT)
    focus_across: Whole = Field(50, ge=0, le=100, title="Stability focus across", description=_ACROSS)
    focus_down: Whole = Field(50, ge=0, le=100, title="Stability focus down", description=_DOWN)
    price: DollarsText = Field("", title="Stability price of a picture", description=_PRICE)


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
    rewordings: Whole = Field(
        2, ge=0, le=10, title="Rewordings",
        description="How often other words are proposed for a keyframe whose words a service refused. They are shown, "
        "and sent only when you say so. 0: never.",
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


class Vision(Section):
    """What tells whether shots keep their characters, objects and places. A change takes effect at once."""

    by: Literal["colours", "embeddings", "endpoint"] = Field(
        "colours", title="Compared by",
        description="colours: without a model; embeddings: models of images or faces in ONNX format on this computer "
        "(pip install 'kinoloom[vision]'); endpoint: a vision model by address.",
    )  # fmt: skip
    model: FolderText = Field(
        "", max_length=1000, title="Image model",
        description="Path of the model, .onnx: the image half of CLIP, or DINO.",
    )  # fmt: skip
    family: Literal["clip", "dino"] = Field(
        "clip", title="Family", description="What the model is: how it wants its pictures, and what its numbers mean."
    )
    face_detector: FolderText = Field(
        "", max_length=1000, title="Face detector",
        description="Path of a model that finds faces and five landmarks, .onnx: YuNet or SCRFD. With a face model, "
        "characters are compared by their faces. Empty: they are not.",
    )  # fmt: skip
    face_model: FolderText = Field(
        "", max_length=1000, title="Face model",
        description="Path of a model that tells whose face it is, .onnx: SFace or ArcFace.",
    )  # fmt: skip
    face_family: Literal["sface", "arcface"] = Field(
        "sface", title="Family of the face model", description="How it wants its faces, and what its numbers mean."
    )
    url: SpeechUrl = Field(
        "", max_length=1000, title="Vision address",
        description="Address with OpenAI's chat protocol and pictures: https://host/v1. References and three frames of "
        "each shot are sent there when a film is checked, and nowhere else. Empty: none.",
    )  # fmt: skip
    key: TokenText = Field(
        "", max_length=4000, title="Vision key", description="Sent there as Authorization: Bearer. Empty: none.",
        json_schema_extra={"secret": True},
    )  # fmt: skip
    name: VoiceText = Field(
        "", max_length=200, title="Vision model", description="The model's name, as the address has it."
    )
