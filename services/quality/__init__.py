"""Quality: measuring what was made, acting on it within limits, and telling about it."""

from services.quality.documents import report_document, report_lines
from services.quality.service import DEFAULT_GATE, QualityService

__all__ = ["DEFAULT_GATE", "QualityService", "report_document", "report_lines"]
