"""Attempts on the running studio: each is refused, and says nothing that it should not."""
