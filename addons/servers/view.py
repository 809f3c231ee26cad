"""The layout of the Servers tab."""

from __future__ import annotations

import gradio as gr

from addons.shell import part


def lay_out() -> None:
    """Servers on the left, the workflows, and the selected one beside them."""
    with gr.Row(elem_classes=["sv-panes"]):
        part("servers.list")
        part("servers.flows")
        part("servers.flow")
