"""Values and pure rules of film-making with Kinoloom.

Everything here is frozen and free of input and output: time, shots, plans, requests, takes, jobs, errors.
May import pydantic and the standard library only (checked by import-linter).
"""
