"""Tests of the services that act on checks: retakes, chains, reports."""
