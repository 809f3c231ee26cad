"""Tests of the reports that people read."""
