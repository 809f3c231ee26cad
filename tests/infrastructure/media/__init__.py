"""Tests of decoding, probing and joining, on media made here."""
