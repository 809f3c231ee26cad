"""Tests of the tabs, without a browser."""
