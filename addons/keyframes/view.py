"""How the Keyframes tab is laid out: the filter above, the shots on the left, the selected one beside them."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    import gradio as gr

    from addons.shell import part

    part("keyframes.bar")
    with gr.Row(elem_classes="kf-panes"):
        part("keyframes.shots")
        part("keyframes.shot")
