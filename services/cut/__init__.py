"""The cut: the film's edit list, stored in the project, in step with the storyboard, with undo."""

from services.cut.service import CutService, CutView

__all__ = ["CutService", "CutView"]
