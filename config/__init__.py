"""The settings schema, its defaults, and the version of this program. Imported by `app.py` alone."""

__version__ = "0.1.0"
