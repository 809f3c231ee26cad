"""Storyboards for other programs: tables, screenplays, segment lists, and the JSON of ours and of the gcv tools."""

from services.exporting.formats import FORMATS, BoardFormat, board_document, export_board

__all__ = ["FORMATS", "BoardFormat", "board_document", "export_board"]
