"""Profiles of the models people use, as data.

Grid, rate and limits are read off the ComfyUI node sources and the model makers' configurations
(nodes_wan, nodes_lt, nodes_minimax_h3, nodes_hunyuan, nodes_video_model; Wan 2.2, LTX and MiniMax H3 model cards).
"""

from __future__ import annotations

from fractions import Fraction

from domain.errors import NotFound
from domain.profile import ModelProfile

ANIMATIC = "animatic"
PASS_THROUGH = "pass-through"


def animatic_profile(rate: Fraction) -> ModelProfile:
    """The built-in engine draws any number of frames at the film's own rate: one segment a shot."""
    return ModelProfile(id=ANIMATIC, title="Animatic", rate=rate, n_max=10_000_000)


def pass_through_profile(rate: Fraction) -> ModelProfile:
    """A still held as a clip, at the film's own rate and size. 4096 pictures are the most that the server's node
    (RepeatImageBatch) makes of one; an even size is what its encoder takes."""
    return ModelProfile(
        id=PASS_THROUGH, title="Pass-through", rate=rate, n_max=4096, size_multiple=2, max_pixels=8192 * 8192
    )


PROFILES: dict[str, ModelProfile] = {
    p.id: p
    for p in (
        ModelProfile(id="wan2.2-14b", title="Wan 2.2 14B", rate=16, a=4, b=1, n_min=5, n_max=81, size_multiple=16, max_pixels=1280 * 720),
        ModelProfile(id="wan2.2-5b", title="Wan 2.2 5B", rate=24, a=4, b=1, n_min=5, n_max=121, size_multiple=32, max_pixels=1280 * 704),
        ModelProfile(id="wan2.1-14b", title="Wan 2.1 14B", rate=16, a=4, b=1, n_min=5, n_max=81, size_multiple=16, max_pixels=1280 * 720),
        ModelProfile(id="ltxv-0.9", title="LTX-Video 0.9", rate=24, a=8, b=1, n_min=9, n_max=257, size_multiple=32, max_pixels=1216 * 704),
        ModelProfile(id="ltx-2", title="LTX-2", rate=24, a=8, b=1, n_min=9, n_max=121, size_multiple=64, max_pixels=1920 * 1088),
        ModelProfile(id="ltx-2.3", title="LTX-2.3", rate=24, a=8, b=1, n_min=9, n_max=481, size_multiple=64, max_pixels=1920 * 1088),
        ModelProfile(id="ltx-2.5", title="LTX-2.5", rate=24, a=8, b=1, n_min=9, n_max=481, size_multiple=64, max_pixels=1920 * 1088),
        ModelProfile(id="minimax-h3", title="MiniMax H3", rate=24, a=17, b=5, n_min=124, n_max=362, size_multiple=32, max_pixels=1344 * 768),
        ModelProfile(id="hunyuan-1.5", title="HunyuanVideo 1.5", rate=24, a=4, b=1, n_min=5, n_max=121, size_multiple=16, max_pixels=1280 * 720),
        ModelProfile(id="svd-xt", title="Stable Video Diffusion XT", rate=8, n_min=14, n_max=25, size_multiple=64, max_pixels=1024 * 576),
    )
}  # fmt: skip
"""Profiles of models that make clips."""

PICTURE_PROFILES: dict[str, ModelProfile] = {
    p.id: p
    for p in (
        ModelProfile(id="image-16", title="Picture, sides in steps of 16", rate=1, n_max=1, overlap=0, size_multiple=16, max_pixels=2048 * 2048),
        ModelProfile(id="image-8", title="Picture, sides in steps of 8", rate=1, n_max=1, overlap=0, size_multiple=8, max_pixels=1536 * 1536),
        ModelProfile(id="image-2", title="Picture of any even size", rate=1, n_max=1, overlap=0, size_multiple=2, max_pixels=8192 * 8192),
        ModelProfile(id="krea-2", title="Krea 2", rate=1, n_max=1, overlap=0, size_multiple=16, max_pixels=2048 * 2048),
    )
}  # fmt: skip
"""Rules for the sizes of pictures: a picture counts as a clip of one frame."""

PROVIDER_PROFILES: dict[str, ModelProfile] = {
    p.id: p
    for p in (
        ModelProfile(id="openai", title="OpenAI images", rate=1, n_max=1, overlap=0, size_multiple=2, max_pixels=8192 * 8192),
        ModelProfile(id="stability", title="Stability images", rate=1, n_max=1, overlap=0, size_multiple=2, max_pixels=8192 * 8192),
        ModelProfile(id="stability-turbo", title="Stability turbo images", rate=1, n_max=1, overlap=0, size_multiple=2, max_pixels=8192 * 8192),
    )
}  # fmt: skip
"""Pictures of services on the network: asked for at the film's own size, to which their adapters fit them."""


def profile_for(profile_id: str, film_rate: Fraction) -> ModelProfile:
    """The profile of that id; those of engines without a rate of their own take the film's.

    Raises NotFound naming those there are.
    """
    if profile_id == ANIMATIC:
        return animatic_profile(film_rate)
    if profile_id == PASS_THROUGH:
        return pass_through_profile(film_rate)
    known = PROFILES | PICTURE_PROFILES | PROVIDER_PROFILES
    try:
        return known[profile_id]
    except KeyError:
        names = ", ".join([ANIMATIC, *PROFILES, PASS_THROUGH, *PICTURE_PROFILES])
        raise NotFound(f"There is no model profile {profile_id!r}.", f"Choose one of: {names}.") from None
