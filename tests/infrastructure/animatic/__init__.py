"""Tests of the built-in animatic engine."""
