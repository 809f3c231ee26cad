"""The fault matrix: one test per way in which something goes wrong, with the sentence that the user reads."""
