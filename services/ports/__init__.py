"""What the services need from the outside, as protocols. Adapters in `infrastructure` implement them.

Paths handed over these ports are absolute; paths inside values are relative to the project (`domain.project.Picked`).
Every method raises only the errors of `domain.errors`.
"""

from __future__ import annotations

from services.ports.backends import Backends, GoesOnAlone, Priced, TakesUp, VideoBackend
from services.ports.language import Rewriter, Writer
from services.ports.machine import Clock, Sensors, StopRequests
from services.ports.media import Deliveries, Interchange, Media
from services.ports.projects import Archives, ProjectFiles, ProjectStore, TimingStore
from services.ports.quality import Examiner, Gates, Likenesses, ReportPages
from services.ports.servers import Engine, Workflows
from services.ports.sound import Sounds, Speech, SpeechEngines

__all__ = [
    "Archives",
    "Backends",
    "Clock",
    "Deliveries",
    "Engine",
    "Examiner",
    "Gates",
    "GoesOnAlone",
    "Interchange",
    "Likenesses",
    "Media",
    "Priced",
    "ProjectFiles",
    "ProjectStore",
    "ReportPages",
    "Rewriter",
    "Sensors",
    "Sounds",
    "Speech",
    "SpeechEngines",
    "StopRequests",
    "TakesUp",
    "TimingStore",
    "VideoBackend",
    "Workflows",
    "Writer",
]
