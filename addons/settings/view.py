"""The layout of the Settings tab."""

from __future__ import annotations

import gradio as gr

from addons.shell import part


def lay_out() -> None:
    """The settings, and beside them keys and facts."""
    with gr.Row(elem_classes=["kpanes", "st-panes"]):
        part("settings.form")
        part("settings.about")
