"""Tests of the ComfyUI backend."""
