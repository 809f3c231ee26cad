"""Tests of the language model's adapter."""
