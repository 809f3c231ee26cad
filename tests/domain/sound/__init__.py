"""Tests of the sound's arithmetic."""
