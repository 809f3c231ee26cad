"""Profiles of the models people use, as data.

Grid, rate and limits are read off the ComfyUI node sources and the model makers' configurations
(nodes_wan, nodes_lt, nodes_minimax_h3, nodes_hunyuan; Wan 2.2 and MiniMax H3 model cards).
"""

from __future__ import annotations

from fractions import Fraction

from domain.errors import NotFound
from domain.profile import ModelProfile

ANIMATIC = "animatic"


def animatic_profile(rate: Fraction) -> ModelProfile:
    """The built-in engine draws any number of frames at the film's own rate: one segment a shot."""
    return ModelProfile(id=ANIMATIC, title="Animatic", rate=rate, n_max=10_000_000)


PROFILES: dict[str, ModelProfile] = {
    p.id: p
    for p in (
        ModelProfile(id="wan2.2-14b", title="Wan 2.2 14B", rate=16, a=4, b=1, n_min=5, n_max=81, size_multiple=16, max_pixels=1280 * 720),
        ModelProfile(id="wan2.2-5b", title="Wan 2.2 5B", rate=24, a=4, b=1, n_min=5, n_max=121, size_multiple=32, max_pixels=1280 * 704),
        ModelProfile(id="ltx-2", title="LTX-2", rate=24, a=8, b=1, n_min=9, n_max=121, size_multiple=64, max_pixels=1920 * 1088),
        ModelProfile(id="minimax-h3", title="MiniMax H3", rate=24, a=17, b=5, n_min=124, n_max=362, size_multiple=32, max_pixels=1344 * 768),
        ModelProfile(id="hunyuan-1.5", title="HunyuanVideo 1.5", rate=24, a=4, b=1, n_min=5, n_max=121, size_multiple=16, max_pixels=1280 * 720),
    )
}


def profile_for(profile_id: str, film_rate: Fraction) -> ModelProfile:
    """The profile of that id; the animatic's takes the film's rate. Raises NotFound naming those there are."""
    if profile_id == ANIMATIC:
        return animatic_profile(film_rate)
    try:
        return PROFILES[profile_id]
    except KeyError:
        known = ", ".join([ANIMATIC, *PROFILES])
        raise NotFound(f"There is no model profile {profile_id!r}.", f"Choose one of: {known}.") from None
