"""How the Queue tab is laid out: the monitor above one list."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    import gradio as gr

    from addons.shell import part

    with gr.Column(elem_classes=["qu-panes"]):
        part("queue.monitor")
        part("queue.list", classes="qu-main")
