"""Storyboards written for other programs."""
