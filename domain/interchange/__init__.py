"""Handing the cut to an editing program and taking its timing back: edit lists, and how one differs from the cut.

`edits` are the values, `returned` finds out what an editor changed. Files are read and written behind a port.
"""
