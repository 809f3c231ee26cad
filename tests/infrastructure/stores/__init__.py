"""Tests of the project folder and the other files Kinoloom keeps."""
