"""Measuring pictures, clips and films: the examiner and what it is calibrated with."""
