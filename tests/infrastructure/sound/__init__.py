"""Tests of the sound's adapters."""
