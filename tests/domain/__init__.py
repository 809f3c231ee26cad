"""Tests of the rules of film time, and of the values that carry them."""
