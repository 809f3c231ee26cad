"""Tests of edit lists and of what an edited one changes."""
