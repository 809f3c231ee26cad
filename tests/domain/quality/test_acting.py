"""What follows from a check: scores rank clips, the best one stands, and the counts add up."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.quality.acting import Attempt, ShotChecks, best, faults, in_words, score
from domain.quality.filmcheck import ClipRecord, ShotRecord, counted, counts_in_words
from domain.quality.values import Finding

SEVERITIES = ("fail", "warn", "note", "off")


def finding(severity: Any = "fail", first: int = 0, last: int = 0, **fields: Any) -> Finding:
    return Finding(
        **{"check": "black", "severity": severity, "first": first, "last": last, "value": 1, "limit": 0, "unit": "",
           "sentence": "It is black.", "cure": "", "action": "retake"} | fields
    )  # fmt: skip


findings = st.builds(
    lambda s, a, n: finding(s, a, a + n), st.sampled_from(SEVERITIES), st.integers(0, 40), st.integers(0, 20)
)


def attempt(number: int = 0, **fields: Any) -> Attempt:
    return Attempt(**{"job": "j", "number": number, "segment": 0, "take": f"t{number}", "seed": number} | fields)


attempts = st.lists(
    st.builds(
        lambda n, s, p, take: attempt(n, score=s, passed=p, take=take),
        st.integers(0, 12), st.floats(0, 1), st.booleans(), st.sampled_from(["", "a", "b", "c"]),
    ),
    max_size=6, unique_by=lambda a: a.number,
)  # fmt: skip


@given(st.lists(findings, max_size=8), findings)
def test_a_score_falls_with_every_finding_that_counts(found: list[Finding], more: Finding) -> None:
    before, after = score(found, 48), score([*found, more], 48)
    assert 0 < after <= before <= 1
    assert (after < before) == (more.severity != "off")


def test_a_failure_weighs_more_than_warnings_and_a_long_one_more_than_a_short_one() -> None:
    assert score([finding("fail", 3, 3)], 48) < score([finding("warn"), finding("warn")], 48)
    assert score([finding("fail", 0, 47)], 48) < score([finding("fail", 0, 3)], 48)
    assert score([], 48) == 1


@given(attempts)
def test_the_best_is_kept_passes_if_any_does_and_comes_first_among_equals(tries: list[Attempt]) -> None:
    found = best(tries)
    kept = [a for a in tries if a.take]
    assert (found is None) == (not kept)
    if found is not None:
        assert found.passed or not any(a.passed for a in kept)
        same = [a for a in kept if a.passed == found.passed]
        assert found.score == max(a.score for a in same)
        assert found.number == min(a.number for a in same if a.score == found.score)


def test_only_failures_that_another_seed_may_mend_make_a_retake() -> None:
    found = [finding("fail"), finding("warn"), finding("fail", action="remake")]
    assert faults(found) == (found[0],)


def test_an_attempt_is_remembered_once() -> None:
    checks = ShotChecks().with_attempt(attempt(0)).with_attempt(attempt(1)).with_attempt(attempt(1, why="again"))
    assert [(a.number, a.why) for a in checks.of_job("j")] == [(0, ""), (1, "again")]
    assert checks.retakes() == checks.retakes(0) == 1 and checks.retakes(1) == 0
    assert [a.stands for a in checks.standing("j", 0).attempts] == [True, False]
    many = ShotChecks()
    for number in range(300):
        many = many.with_attempt(attempt(number))
    assert len(many.attempts) == 200 and many.attempts[-1].number == 299


@given(st.lists(st.lists(attempts, max_size=3), max_size=4))
def test_the_counts_of_a_film_add_up(shots: list[list[list[Attempt]]]) -> None:
    records = [
        ShotRecord(
            shot=f"{n:03d}", first=0, frames=1,
            clips=tuple(
                ClipRecord(segment=i, take="a", seed=1, backend="x", tries=_from_zero(tries))
                for i, tries in enumerate(clips)
            ),
        )
        for n, clips in enumerate(shots)
    ]  # fmt: skip
    found = counted([*records, *records[:1]])  # a shot that is seen twice
    assert found.clips == found.checked + found.unchecked == sum(len(clips) for clips in shots)
    assert found.tries == found.kept + found.unusable == found.checked + found.retakes
    assert found.failing <= found.checked
    assert bool(counts_in_words(found)) == bool(found.checked)


def _from_zero(tries: list[Attempt]) -> tuple[Attempt, ...]:
    return tuple(a.replace(number=n) for n, a in enumerate(tries))


def test_many_findings_are_told_in_few_words() -> None:
    found = [finding(sentence=f"Thing {n}.") for n in (1, 1, 2, 3, 4, 5)]
    assert in_words(found) == "Thing 1; Thing 2; Thing 3, and 2 more" and in_words([]) == ""
