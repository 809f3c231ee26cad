"""Tests of domain/advice."""
