"""Advice about how shots follow each other, told from the storyboard before anything is rendered."""

from domain.advice.advise import RULES, advise
from domain.advice.reading import Advice

__all__ = ["RULES", "Advice", "advise"]
