"""The shipped workflows."""
