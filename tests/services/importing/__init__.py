"""Tests of importing foreign files."""
