"""The test suite; it mirrors the folders it tests."""
