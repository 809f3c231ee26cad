"""Tests of the Film tab without a browser."""
