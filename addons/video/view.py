"""How the Video tab is laid out: sums and buttons above, the plan on the left, the selected shot's player and takes
beside it."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    import gradio as gr

    from addons.shell import part

    part("video.bar")
    with gr.Row(elem_classes="vd-panes"):
        part("video.plan")
        part("video.shot")
