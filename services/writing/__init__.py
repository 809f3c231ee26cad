"""Writing storyboards: from an idea, a page, a script or a list, by rules that need no network."""

from services.writing.planner import plan_storyboard
from services.writing.revising import revise
from services.writing.service import WRITING_LANE, DraftView, WritingService

__all__ = ["WRITING_LANE", "DraftView", "WritingService", "plan_storyboard", "revise"]
