"""Measurements, run by hand from the checkout: `python -m benchmarks.<name>`. They print figures and assert nothing."""
