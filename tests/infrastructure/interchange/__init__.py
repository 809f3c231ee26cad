"""Tests of the files that edit lists and packed projects are."""
