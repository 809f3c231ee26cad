"""Doubles that behave: they do the work, only smaller and sooner, and can be told to go wrong."""
