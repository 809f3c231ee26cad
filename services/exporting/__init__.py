"""Storyboards for other programs: tables, screenplays, segment lists, the JSON of ours and of the gcv tools, pictures
with an index, and pages to print."""

from services.exporting.formats import FORMATS, TEXTS, BoardFormat, BoardText, board_document, export_board, write_board

__all__ = ["FORMATS", "TEXTS", "BoardFormat", "BoardText", "board_document", "export_board", "write_board"]
