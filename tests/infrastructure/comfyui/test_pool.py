"""Who gets which server, in which order, and what a server that does not answer is worth."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from domain.errors import BackendUnavailable
from infrastructure.comfyui.failures import Failure
from infrastructure.comfyui.pool import AHEAD, PLACES, RESTS, Member, Pool, Seat, ServerConfig

A, B, C = (f"http://127.0.0.1:{port}" for port in (1, 2, 3))
GONE = Failure(cause="refused", message="A: nothing answers there.", cure="Start ComfyUI.")


class Hands:
    """A clock that only the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def pool(hands: Hands) -> Iterator[Pool]:
    """A pool whose clients connect to nothing."""
    pool = Pool(now=hands, patience=60, new_patience=20)
    pool.configure([ServerConfig(url=A), ServerConfig(url=B)])
    yield pool
    pool.close()


def never() -> bool:
    return False


def take(pool: Pool, chain: str = "c", work: str = "w", avoid: Sequence[str] = ()) -> Seat:
    seat = pool.take(chain, work, never, avoid)
    assert seat is not None
    return seat


def member(pool: Pool, url: str) -> Member:
    return next(m for m in pool.members() if m.config.url == url)


class Waiter:
    """Somebody who waits for a place in a thread."""

    def __init__(self, pool: Pool, chain: str, order: list[str]) -> None:
        self.stopped = threading.Event()
        self.seat: Seat | None = None

        def wait() -> None:
            self.seat = pool.take(chain, "w", self.stopped.is_set)
            order.append(chain)

        self.thread = threading.Thread(target=wait, daemon=True)
        self.thread.start()
        time.sleep(0.03)


def test_idle_servers_come_before_busy_ones_and_each_has_two_places(pool: Pool) -> None:
    seats = [take(pool, str(i)) for i in range(4)]
    assert [s.member.config.url for s in seats] == [A, B, A, B]
    order: list[str] = []
    waiter = Waiter(pool, "late", order)
    assert not order
    seats[1].served()
    waiter.thread.join(2)
    assert waiter.seat is not None and waiter.seat.member.config.url == B
    assert pool.lanes() == 2 * (PLACES + AHEAD)


def test_a_chain_stays_at_home_while_there_is_room(pool: Pool) -> None:
    first = take(pool, "shot")
    other = take(pool, "other")
    assert (first.member.config.url, other.member.config.url) == (A, B)
    other.leave()
    first.leave()
    for _ in range(3):
        seat = take(pool, "other")
        assert seat.member.config.url == B
        seat.leave()
    busy = pool.join(member(pool, B), "x")
    assert take(pool, "other").member.config.url == A, "an idle server beats a home that is busy"
    busy.leave()


def test_work_goes_where_its_model_is_loaded(pool: Pool) -> None:
    one, two = take(pool, "1", "wan"), take(pool, "2", "krea")
    one.leave()
    two.leave()
    assert take(pool, "3", "krea").member is two.member
    assert take(pool, "4", "wan").member is one.member


def test_those_who_wait_are_served_in_their_order(pool: Pool) -> None:
    seats = [take(pool, str(i)) for i in range(4)]
    order: list[str] = []
    waiters = [Waiter(pool, name, order) for name in "abc"]
    for seat, expected in zip(seats, "abc", strict=False):
        seat.leave()
        waiters["abc".index(expected)].thread.join(2)
        assert order[-1] == expected
    assert order == ["a", "b", "c"]


def test_whoever_cannot_be_served_does_not_hold_up_the_others(pool: Pool) -> None:
    seats = [take(pool, str(i)) for i in range(4)]
    found: list[Seat | None] = []
    picky = threading.Thread(
        target=lambda: found.append(pool.take("p", "w", stop.is_set, unfit=[A])), daemon=True
    )  # fmt: skip
    stop = threading.Event()
    picky.start()
    time.sleep(0.03)
    order: list[str] = []
    waiter = Waiter(pool, "b", order)
    seats[0].leave()
    waiter.thread.join(2)
    assert order == ["b"] and waiter.seat is not None and waiter.seat.member.config.url == A
    stop.set()
    picky.join(2)
    assert found == [None]


def test_without_a_server_that_could_do_it_nobody_waits(pool: Pool) -> None:
    assert pool.take("c", "w", never, unfit=[A, B]) is None
    pool.configure([])
    assert pool.take("c", "w", never) is None
    assert pool.lanes() == 1


def test_a_stop_ends_the_waiting(pool: Pool) -> None:
    for i in range(4):
        take(pool, str(i))
    order: list[str] = []
    waiter = Waiter(pool, "late", order)
    waiter.stopped.set()
    waiter.thread.join(1)
    assert order == ["late"] and waiter.seat is None


def test_a_server_that_does_not_answer_rests_and_is_then_tried_by_one_job(pool: Pool, hands: Hands) -> None:
    seat = take(pool)
    assert seat.member.config.url == A
    seat.leave()
    pool.failed(seat.member, GONE)
    assert [take(pool, str(i)).member.config.url for i in range(2)] == [B, B]
    order: list[str] = []
    trying, waiting = Waiter(pool, "x", order), Waiter(pool, "y", order)
    assert not order
    hands.now += RESTS[0]
    trying.thread.join(2)
    assert trying.seat is not None and trying.seat.member.config.url == A
    time.sleep(0.3)
    assert order == ["x"], "only one tries it"
    pool.works(trying.seat.member)
    waiting.thread.join(2)
    assert waiting.seat is not None and waiting.seat.member.config.url == A


def test_servers_that_answer_come_first_even_when_they_are_busier(pool: Pool, hands: Hands) -> None:
    pool.failed(member(pool, A), GONE)
    hands.now += 10
    assert [take(pool, str(i)).member.config.url for i in range(3)] == [B, B, A]


def test_a_server_to_be_avoided_is_used_when_there_is_no_other(pool: Pool) -> None:
    assert [take(pool, str(i), avoid=[A]).member.config.url for i in range(3)] == [B, B, A]


def test_hope_ends_when_all_servers_have_been_away_for_long_enough(pool: Pool, hands: Hands) -> None:
    pool.failed(member(pool, A), GONE)
    assert pool.hopeless() is None
    pool.failed(member(pool, B), GONE)
    hands.now += 19
    assert pool.hopeless() is None
    hands.now += 2
    last = pool.hopeless()
    assert last is not None and last.message == "None of the 2 ComfyUI servers answers. A: nothing answers there."
    assert pool.hopeless(since=hands.now) is None, "nobody has tried since"
    assert pool.hopeless(unfit=[B]) == GONE
    for url in (A, B):
        pool.failed(member(pool, url), GONE)
    with pytest.raises(BackendUnavailable, match="None of the 2"):
        pool.take("c", "w", never, since=hands.now)


def test_a_server_that_has_answered_once_is_waited_for_longer(pool: Pool, hands: Hands) -> None:
    pool.configure([ServerConfig(url=A)])
    pool.works(member(pool, A))
    pool.failed(member(pool, A), GONE)
    hands.now += 59
    assert pool.hopeless() is None
    hands.now += 2
    assert pool.hopeless() == GONE
    pool.works(member(pool, A))
    assert pool.hopeless() is None and member(pool, A).down_since is None


def test_a_server_that_is_taken_away_finishes_what_it_has(pool: Pool) -> None:
    seat = take(pool)
    assert pool.configure([ServerConfig(url=B)])
    assert [m.config.url for m in pool.members()] == [B]
    seat.served()
    assert not closed(seat.member)
    seat.leave()
    assert closed(seat.member)
    assert [take(pool, str(i)).member.config.url for i in range(2)] == [B, B]


def closed(member: Member) -> bool:
    try:
        member.server.connection.pause(0)
    except BackendUnavailable:
        return True
    return False


def test_a_changed_token_makes_a_new_client(pool: Pool) -> None:
    before = member(pool, A)
    assert pool.configure([ServerConfig(url=A, token="x"), ServerConfig(url=B)])
    assert member(pool, A) is not before and closed(before)


def test_the_same_servers_are_no_change_and_another_order_is(pool: Pool) -> None:
    assert not pool.configure([ServerConfig(url=A), ServerConfig(url=B)])
    before = pool.members()
    assert pool.configure([ServerConfig(url=B), ServerConfig(url=A)])
    assert pool.members() == before[::-1]
    assert not pool.configure([ServerConfig(url=B), ServerConfig(url=A)])


def test_an_address_that_is_none_leaves_the_others_alone(pool: Pool) -> None:
    assert pool.configure([ServerConfig(url="http://"), ServerConfig(url=A)])
    assert [m.config.url for m in pool.members()] == [A]
    assert not pool.configure([ServerConfig(url="http://"), ServerConfig(url=A)])


def test_settings_are_looked_at_while_somebody_waits(pool: Pool) -> None:
    for i in range(4):
        take(pool, str(i))
    wanted = [ServerConfig(url=A), ServerConfig(url=B)]
    pool.watch(lambda: pool.configure(wanted))
    order: list[str] = []
    waiter = Waiter(pool, "late", order)
    wanted.append(ServerConfig(url=C))
    waiter.thread.join(2)
    assert waiter.seat is not None and waiter.seat.member.config.url == C


def test_a_seat_may_be_given_back_twice(pool: Pool) -> None:
    seat = take(pool)
    for _ in range(2):
        seat.served()
        assert (seat.member.held, seat.member.fetching) == ([], 1)
    for _ in range(2):
        seat.leave()
        assert seat.member.unused


def test_many_at_once_never_have_more_places_than_there_are(pool: Pool) -> None:
    most, failed = [0, 0], []

    def work(name: str) -> None:
        for i in range(20):
            seat = pool.take(f"{name}-{i % 3}", "w", never)
            if seat is None:
                failed.append(name)
                return
            most[0] = max(most[0], max(len(m.held) for m in pool.members()))
            (seat.served if i % 2 else seat.leave)()
            seat.leave()

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not failed and most[0] <= PLACES and all(m.unused for m in pool.members())
