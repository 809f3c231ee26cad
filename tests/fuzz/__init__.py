"""Nonsense for every way in. `python -m tests.tools.fuzz` does it at length; in a test run it takes seconds."""
