"""The layout of the Project tab."""

from __future__ import annotations

import gradio as gr

from addons.shell import part


def lay_out() -> None:
    """The open film on the left, new and earlier ones on the right."""
    with gr.Row(elem_classes=["pj-panes"]):
        part("project.film", classes="pj-left")
        with gr.Column(elem_classes=["pj-right"]):
            part("project.new")
            part("project.recent")
            part("project.kept")
