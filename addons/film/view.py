"""How the Film tab is laid out: what is made and what was made on the left, the player with its strip on the right."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    import gradio as gr

    from addons.shell import part

    with gr.Row(elem_classes="fm-panes"):
        with gr.Column(elem_classes="fm-side", min_width=0):
            part("film.make")
            part("film.list")
        with gr.Column(elem_classes="fm-main", min_width=0):
            part("film.player")
            part("film.report")
