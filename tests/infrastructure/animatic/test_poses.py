"""Camera moves as numbers: they begin at rest at the panel's view, go the right way, and end at rest."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import CAMERA_LABELS
from infrastructure.animatic.planes import FAR, NEAR, SKY, SUBJECT, Frame
from infrastructure.animatic.poses import MOVES, Pose, ease, path

RATE = Fraction(24)


def test_every_camera_key_is_known() -> None:
    assert set(MOVES) == set(CAMERA_LABELS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_easing_only_goes_forward(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert -1e-12 <= ease(low) <= ease(high) + 1e-12 <= 1 + 1e-9


def test_moves_are_at_rest_at_both_ends() -> None:
    speeds = [b - a for a, b in pairwise(ease(i / 95) for i in range(96))]
    assert max(speeds[0], speeds[-1]) < 0.02 * max(speeds)
    assert ease(0) == 0 and ease(1) == pytest.approx(1)


@pytest.mark.parametrize("camera", MOVES)
def test_moves_begin_at_the_panels_own_view(camera: str) -> None:
    assert path(camera, 48, RATE, 1.0, 7)[0] == Pose()
    assert set(path(camera, 48, RATE, 0.0, 7)) == {Pose()}
    assert len(path(camera, 1, RATE, 1.0, 7)) == 1


def test_longer_shots_go_further_but_never_without_end() -> None:
    ends = [path("pan_right", n, RATE, 1.0, 0)[-1].pan for n in (24, 96, 240, 2400, 24000)]
    assert ends == sorted(ends) and ends[-1] == ends[-2] < 0.6


@pytest.mark.parametrize("camera", [m for m in MOVES if m != "static"])
def test_what_is_drawn_covers_the_whole_move(camera: str) -> None:
    frame = Frame(320, 180)
    poses = path(camera, 96, RATE, 2.0, 3)
    for depth in (SKY, FAR, SUBJECT, NEAR):
        view = frame.view(depth, poses)
        corner = np.array([[-160 / 180, 160 / 180], [-0.5, 0.5], [1, 1]])
        for pose in poses:
            seen = np.linalg.inv(pose.matrix(depth)) @ corner
            x, y = seen[0] / seen[2], seen[1] / seen[2]
            assert view.left <= x.min() and x.max() <= view.right and view.top <= y.min() and y.max() <= view.bottom


def test_near_planes_grow_faster_in_a_dolly_and_all_alike_in_a_zoom() -> None:
    dolly, zoom = path("dolly_in", 96, RATE, 1.0, 0)[-1], path("zoom_in", 96, RATE, 1.0, 0)[-1]
    scales = [float(dolly.matrix(d)[0, 0]) for d in (SKY, FAR, SUBJECT, NEAR)]
    assert scales == sorted(scales) and scales[-1] > 1.1 * scales[0]
    assert len({round(float(zoom.matrix(d)[0, 0]), 9) for d in (SKY, FAR, SUBJECT, NEAR)}) == 1


def test_near_planes_slide_faster_when_tracking_and_against_each_other_in_an_orbit() -> None:
    track, orbit = path("tracking", 96, RATE, 1.0, 0)[-1], path("orbit", 96, RATE, 1.0, 0)[-1]
    slides = [-float(track.matrix(d)[0, 2]) for d in (SKY, FAR, SUBJECT, NEAR)]
    assert slides == sorted(slides) and slides[0] > 0
    assert float(orbit.matrix(FAR)[0, 2]) > 0 > float(orbit.matrix(NEAR)[0, 2])
    assert abs(float(orbit.matrix(SUBJECT)[0, 2])) < 1e-9


def test_a_pose_survives_json_and_nonsense_is_refused() -> None:
    pose = path("orbit", 96, RATE, 1.0, 0)[33]
    assert Pose.from_json(pose.to_json()) == pose
    with pytest.raises(ValueError):
        Pose.from_json(pose.to_json() | {"x": float("nan")})


def test_handheld_is_small_smooth_and_seeded() -> None:
    poses = path("handheld", 240, RATE, 1.0, 1)
    assert poses == path("handheld", 240, RATE, 1.0, 1) != path("handheld", 240, RATE, 1.0, 2)
    pans = np.array([p.pan for p in poses])
    assert 0.002 < np.abs(pans).max() < 0.06 and np.abs(np.diff(pans, 2)).max() < 0.002
