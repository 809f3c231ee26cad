"""Tests of the sound's services."""
