"""Examining clips and films: one decoding pass gives every figure, `domain.quality` says what they mean."""
