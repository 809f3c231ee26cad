"""Programs for the people who work on Kinoloom: the checks, and what renews generated files."""
