"""Opening what users already have: storyboards, segment lists, screenplays, tables, pictures, and plain words.

Importing only reads. It never guesses silently: what was altered, dropped or assumed is in `ImportResult.notes`.
"""

from services.importing.gcv import export_gcv
from services.importing.pictures import Given, import_given
from services.importing.registry import import_any, import_file, import_folder, import_text, is_prose
from services.importing.segments import export_segments

__all__ = [
    "Given", "export_gcv", "export_segments", "import_any", "import_file", "import_folder", "import_given",
    "import_text", "is_prose",
]  # fmt: skip
