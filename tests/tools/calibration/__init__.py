"""A corpus of clean and of damaged clips, made by code, that says what the quality checks can be relied on for."""
