"""Handing the cut to editing programs, taking timing back, and projects as one file."""

from services.handover.service import HandoverService

__all__ = ["HandoverService"]
