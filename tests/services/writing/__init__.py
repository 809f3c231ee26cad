"""The offline planner."""
