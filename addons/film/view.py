"""The layout of the Film tab."""

from __future__ import annotations

import gradio as gr

from addons.shell import part


def lay_out() -> None:
    """The player beside its panels, and the timeline below both."""
    with gr.Row(elem_classes="fm-top"):
        part("film.player", classes="fm-host-player")
        with gr.Column(elem_classes="fm-side", min_width=0):
            part("film.sides")
            part("film.make", classes="fm-on-film")
            part("film.list", classes="fm-on-film")
            part("film.report", classes="fm-on-film")
            part("film.clip", classes="fm-on-clip")
            part("film.look", classes="fm-on-look")
            part("film.sound", classes="fm-on-sound")
            part("film.rules", classes="fm-on-check")
            part("film.check", classes="fm-on-check")
            part("film.export", classes="fm-on-out")
    part("film.timeline", classes="fm-host-time")
    part("film.lanes", classes="fm-unseen")
