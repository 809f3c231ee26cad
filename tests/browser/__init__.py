"""The studio in a real browser: what a person sees, by clicking."""
