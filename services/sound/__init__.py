"""The film's sound: narration, music and effects, how they are laid, and the finished mix with its subtitles."""

from services.sound.dialogue import Dialogued, speakers, waiting
from services.sound.narrator import SPEECH_LANE
from services.sound.service import SoundService
from services.sound.view import LineState, PlacedPiece, SoundView

__all__ = [
    "SPEECH_LANE", "Dialogued", "LineState", "PlacedPiece", "SoundService", "SoundView", "speakers", "waiting",
]  # fmt: skip
