"""The commands, one module per noun; each names its own in `COMMANDS`.

Services are imported inside the commands: the command line starts in a moment, and loads only what it uses.
"""
