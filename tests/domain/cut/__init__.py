"""Tests of the cut's arithmetic."""
