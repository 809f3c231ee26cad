"""The layout of the Storyboard tab."""

from __future__ import annotations

import gradio as gr

from addons.shell import part


def lay_out() -> None:
    """Toolbar, notes and advice, cards beside the inspector, and the timeline below."""
    part("storyboard.toolbar", classes="sb-fixed")
    part("storyboard.exports", classes="sb-fixed")
    part("storyboard.notes", classes="sb-fixed")
    part("storyboard.advice", classes="sb-fixed")
    with gr.Row(elem_classes=["kpanes", "sb-panes"]):
        part("storyboard.cards")
        part("storyboard.cast")
        part("storyboard.write")
        part("storyboard.inspector")
    part("storyboard.strip", classes="sb-fixed")
