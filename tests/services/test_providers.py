"""Keyframes by services that charge, from the plan to the sidecar: prices, refusals, lost answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.answers import Answer
from domain.asking import Heard, Question, Usage
from domain.errors import BackendUnavailable, BadInput, NotReady
from domain.job import MAKE_AGAIN, Failed, Job, JobOffer, Run, Unsure
from domain.request import GenerationRequest
from domain.softening import TABLE, softened
from domain.storyboard import Presets
from infrastructure.remote import PictureBackend
from services.projects import OpenProject
from services.rewording import ModelRewriter, Reworded, proposal, reworded
from tests.fakes.bench import Bench, phases, shot
from tests.fakes.comfy_studio import MortalBench
from tests.fakes.picture_server import OpenAIServer, PictureServer, StabilityServer
from tests.infrastructure.remote.support import Waits, done, openai, request, stability


class Place:
    """A service, and studios on one folder one after another."""

    def __init__(self, folder: Path, server: PictureServer) -> None:
        self.folder, self.server = folder, server
        self.options: dict[str, Any] = {}
        self.benches: list[MortalBench] = []

    def studio(self) -> MortalBench:
        if isinstance(self.server, OpenAIServer):
            backend = openai(self.server, Waits(), **self.options)
        else:
            assert isinstance(self.server, StabilityServer)
            backend = stability(self.server, Waits(), **self.options)
        entry: Any = (lambda _: backend.spec, lambda: backend)
        bench = MortalBench(self.folder, owner=f"studio {len(self.benches)}", more={backend.spec.id: entry})
        self.benches.append(bench)
        return bench

    def film(self, prompt: str = "a house on a hill", **fields: Any) -> tuple[MortalBench, OpenProject]:
        bench = self.studio()
        name = "openai" if isinstance(self.server, OpenAIServer) else "stability"
        return bench, bench.project(shot(1, prompt=prompt), **{"image_backend": name} | fields)

    def crash(self) -> None:
        self.benches[-1].dead = True
        self.benches[-1].studio.jobs.close(0.1)

    def close(self) -> None:
        self.server.gate.set()
        for bench in self.benches:
            bench.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with OpenAIServer() as server:
        place = Place(tmp_path, server)
        yield place
        place.close()


def drawn(bench: Bench, project: OpenProject, count: int = 1) -> Run:
    return bench.wait(bench.studio.generation.draw_keyframes(project, ["001"], count))


def failure(run: Run) -> Failed:
    (job,) = run.jobs
    assert isinstance(job.phase, Failed), job.phase
    return job.phase


def test_a_keyframe_has_the_films_size_and_says_how_it_was_made(place: Place) -> None:
    bench, project = place.film()
    run = drawn(bench, project)
    assert phases(run) == ["done"]
    (keyframe,) = project.files.keyframes("001")
    assert (keyframe.width, keyframe.height, keyframe.source) == (96, 64, "openai")
    assert keyframe.extras["fitted"]["to"] == [96, 64] and keyframe.extras["asked_size"] == "992x672"
    assert keyframe.request is not None and keyframe.request.seed_rule == "unused"
    assert "reworded" not in keyframe.extras
    state = bench.studio.generation.state(project, "001")
    assert state.keyframe("start") == keyframe.image, "it stands"


def test_each_variant_is_asked_for_once(place: Place) -> None:
    bench, project = place.film()
    assert phases(drawn(bench, project, 3)) == ["done"] * 3
    assert place.server.drawn == len(place.server.taken) == 3


def test_the_price_is_in_the_plan_and_with_the_jobs(place: Place) -> None:
    from services.prices import sum_of

    bench, project = place.film()
    assert bench.plan(project).price == "clips free, 1 keyframe about $0.017"
    run = drawn(bench, project, 3)
    assert sum_of(run.jobs) == "about $0.052"
    assert bench.plan(project).price == "free", "nothing is missing any more"


def test_without_a_key_nothing_is_queued(place: Place) -> None:
    place.options = {"key": "", "url": "https://images.example/v1"}
    bench, project = place.film()
    with pytest.raises(NotReady, match="needs an API key"):
        bench.studio.generation.draw_keyframes(project, ["001"])
    assert not project.files.runs()


# -- every visible field has an effect ---------------------------------------------------------------------------


EDITS: dict[str, dict[str, Any]] = {
    "prompt": {"prompt": "a ship"},
    "size": {"size": "close_up"},
    **{name: {"presets": Presets(**{name: "dusk" if name == "time_of_day" else "noir"})}
       for name in ("style", "lighting", "mood", "time_of_day", "composition", "color_grade")},
    "negative": {"negative": "fog"},
    "image.seed": {"image": {"seed": 5}},
    "image.cfg": {"image": {"cfg": 4.0}},
    "image.steps": {"image": {"steps": 9}},
}  # fmt: skip


@pytest.mark.parametrize("model", ["", "core", "sd3.5-large", "sd3.5-large-turbo"])
def test_a_field_is_shown_where_what_is_sent_changes_with_it(model: str, tmp_path: Path) -> None:
    with StabilityServer() if model else OpenAIServer() as server:
        place = Place(tmp_path, server)
        place.options = {"model": model} if model else {}
        bench, project = place.film()
        fields = bench.studio.generation.setup(project).image_spec.fields

        backend = bench.studio.backends.get(project.project.image_backend)
        assert isinstance(backend, PictureBackend)

        def sent(edit: dict[str, Any]) -> dict[str, Any]:
            project.change_board("edit", lambda b: b.replace(shots=(shot(1, **edit),)))
            done(backend, tmp_path / "out", bench.studio.generation.state(project, "001").image_request("start"))
            return server.taken[-1].fields

        plain = sent({})
        for name, edit in EDITS.items():
            assert (sent(edit) != plain) == (name in fields), name
        place.close()


# -- refusals ------------------------------------------------------------------------------------------------------


def test_refused_words_are_proposed_anew_shown_and_sent_only_when_somebody_says_so(place: Place) -> None:
    place.server.faults = ["refused"]
    bench, project = place.film("a bloody corpse on the floor")
    ended = failure(drawn(bench, project))
    assert "safety_violations" in ended.message and not ended.retry
    (offer,) = ended.offers
    assert (offer.id, offer.title) == ("reword", "Reword and try again")
    assert "a bloody corpse" in offer.before and "a stained motionless figure on the floor" in offer.after
    assert len(place.server.taken) == 1, "nothing is sent before somebody agreed"

    job = bench.studio.jobs.jobs(project.id)[0]
    again = bench.studio.jobs.accept(job.id, offer.id)
    assert phases(bench.studio.jobs.wait(again.run, 20)) == ["done"]
    assert place.server.taken[-1].fields["prompt"] == offer.after
    (keyframe,) = project.files.keyframes("001")
    assert keyframe.request is not None and keyframe.request.prompt == offer.after
    assert keyframe.extras["reworded"] == {"from": offer.before, "to": offer.after, "times": 1}
    assert "with other words" in keyframe.extras["instead"]
    assert project.board.shot("001").prompt == "a bloody corpse on the floor", "the shot's words are the person's"
    assert bench.studio.generation.state(project, "001").keyframe("start") == keyframe.image


def test_there_is_no_proposal_after_the_last(place: Place) -> None:
    place.server.faults = ["refused"] * 5
    bench, project = place.film("a bloody corpse")
    drawn(bench, project)
    seen = []
    for _ in range(2):
        job = bench.studio.jobs.jobs(project.id)[0]
        assert isinstance(job.phase, Failed)
        seen.append(job.phase.offers[0])
        again = bench.studio.jobs.accept(job.id, "reword")
        bench.studio.jobs.wait(again.run, 20)
    assert seen[1].before == seen[0].after != seen[1].after
    last = bench.studio.jobs.jobs(project.id)[0].phase
    assert isinstance(last, Failed) and last.offers == ()
    assert len(place.server.taken) == 3 and place.server.drawn == 0


def test_it_can_be_turned_off(place: Place) -> None:
    place.server.faults = ["refused"]
    bench, project = place.film("a bloody corpse")
    bench.options = bench.options.replace(rewordings=0)
    assert failure(drawn(bench, project)).offers == ()


def test_words_that_changed_meanwhile_go_before_the_proposal(place: Place) -> None:
    place.server.faults = ["refused"]
    bench, project = place.film("a bloody corpse")
    drawn(bench, project)
    project.change_board("edit", lambda b: b.replace(shots=(shot(1, prompt="a sleeping man"),)))
    job = bench.studio.jobs.accept(bench.studio.jobs.jobs(project.id)[0].id, "reword")
    bench.studio.jobs.wait(job.run, 20)
    assert "a sleeping man" in place.server.taken[-1].fields["prompt"]
    assert "reworded" not in project.files.keyframes("001")[-1].extras


@pytest.mark.parametrize(("answer", "states"), [(True, ["done"]), (False, ["failed"]), (None, ["failed"])])
def test_at_the_command_line_the_words_are_shown_and_asked_about(
    answer: bool | None, states: list[str], place: Place
) -> None:
    from addons.terminal.rewording import agreed

    place.server.faults = ["refused"]
    bench, project = place.film("a bloody corpse")
    run = drawn(bench, project)
    told: list[str] = []
    sent = len(place.server.taken)
    assert agreed(bench.studio.jobs, run.jobs, told.append, lambda question: answer) == bool(answer)
    assert "a bloody corpse" in told[1] and "a stained motionless figure" in told[2]
    assert phases(bench.wait(run)) == states
    assert len(place.server.taken) == sent + bool(answer)


# -- lost answers ----------------------------------------------------------------------------------------------------


def unsure(run: Run) -> Unsure:
    (job,) = run.jobs
    assert isinstance(job.phase, Unsure), job.phase
    return job.phase


def lost(bench: Bench, project: OpenProject) -> Run:
    run = bench.studio.generation.draw_keyframes(project, ["001"], 1)
    assert run is not None
    for _ in range(2000):
        run = bench.studio.jobs.wait(run.id, 0.01)
        if isinstance(run.jobs[0].phase, (Unsure, Failed)):
            break
    return run


def test_a_lost_answer_waits_for_a_person(place: Place) -> None:
    place.server.faults = ["drop"]
    bench, project = place.film()
    run = lost(bench, project)
    phase = unsure(run)
    assert phase.offers == (MAKE_AGAIN,), "there is nobody who could be asked about it"
    assert "charged" in phase.cure and len(place.server.taken) == 1
    with pytest.raises(NotReady, match="was sent the request"):
        bench.studio.generation.draw_keyframes(project)  # what may be paid for is not drawn once more
    again = bench.studio.jobs.accept(run.jobs[0].id, MAKE_AGAIN.id)
    assert phases(bench.studio.jobs.wait(again.run, 20)) == ["done"]
    assert place.server.drawn == 2


def test_after_a_crash_nothing_is_sent_again_by_itself(place: Place) -> None:
    bench, project = place.film("a house [slow]")
    bench.studio.generation.draw_keyframes(project, ["001"], 1)
    for _ in range(2000):
        if place.server.taken:
            break
        bench.studio.jobs.wait(project.files.runs()[-1].id, 0.01)
    assert [j.sent for j in project.files.runs()[-1].jobs] == ["openai"]
    place.crash()
    place.server.gate.set()

    bench = place.studio()
    project = bench.studio.projects.open(project.files.root)
    with pytest.raises(NotReady, match="may be paid for already"):
        bench.studio.generation.draw_keyframes(project)
    assert bench.studio.generation.resume(project, free_only=True) == 0
    bench.studio.generation.resume(project)
    run = bench.studio.jobs.runs(project.id)[0]
    for _ in range(2000):
        run = bench.studio.jobs.wait(run.id, 0.01)
        if isinstance(run.jobs[0].phase, Unsure):
            break
    assert unsure(run).offers == (MAKE_AGAIN,) and len(place.server.taken) == 1


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("A bloody corpse.", "A stained motionless figure.", "A worn figure. Suitable for all audiences."),
        ("Guns and blood", "Prop weapon and dark red stains", "Object and stains Suitable for all audiences."),
        ("Eine Leiche und Blut", "Eine Reglose Gestalt und Dunkelrote Flecken",
         "Eine Gestalt und Flecken Für jedes Publikum geeignet."),
        ("A cat.", "A cat.", "A cat. Suitable for all audiences."),
        ("gunther's skills", "gunther's skills", "gunther's skills Suitable for all audiences."),
    ],
)  # fmt: skip
def test_softer_words(text: str, first: str, second: str) -> None:
    assert softened(text, 1) == first
    assert softened(text, 2) == second


def test_softer_words_are_not_on_the_list_themselves() -> None:
    for _, first, second in TABLE:
        assert softened(first, 1) == first and softened(second, 1) == second


class FakeWriter:
    """Says what it is told to say; empty: it is not set up."""

    def __init__(self, words: str = "", error: Exception | None = None) -> None:
        self.words, self.error = words, error
        self.asked: list[Question] = []

    def model(self) -> str:
        return "fake" if self.words or self.error else ""

    def why_not(self, model: str = "") -> str:
        return "" if self.model() else "No model is set up."

    def where(self) -> str:
        return "nowhere"

    def check(self) -> str:
        return self.why_not()

    def ask(
        self, question: Question, shape: type[Any], tell: Callable[[Heard], None], stopped: Callable[[], bool],
        model: str = "", loose: type[Answer] | None = None,
    ) -> tuple[Any, Usage]:  # fmt: skip
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        return shape(prompt=self.words), Usage()


def offered(writer: FakeWriter, prompt: str = "a corpse") -> JobOffer | None:
    job = Job(id="j", run="r", project="p", kind="keyframe", title="t", created="")
    wanted: GenerationRequest = request(prompt=prompt)
    offer = proposal(job, wanted, "refused: violence", 2, ModelRewriter(writer))
    if offer is not None:
        accepted = job.replace(detail=dict(offer.changes))
        assert reworded(accepted, wanted) == offer.after
        assert reworded(accepted, wanted.replace(prompt="other words")) == ""
    return offer


def test_a_language_model_that_is_set_up_is_asked_first() -> None:
    writer = FakeWriter("a motionless\n figure in the   dark")
    offer = offered(writer)
    assert offer is not None and offer.after == "a motionless figure in the dark" and "language model" in offer.what
    assert "a corpse" in writer.asked[0].text and "refused: violence" in writer.asked[0].text
    assert Reworded.model_validate({"prompt": "x", "more": 1}).prompt == "x"


@pytest.mark.parametrize(
    "writer",
    [FakeWriter(), FakeWriter("a corpse"), FakeWriter("x" * 9000), FakeWriter(error=BackendUnavailable("Off."))],
)
def test_where_it_has_nothing_to_say_the_list_has(writer: FakeWriter) -> None:
    offer = offered(writer)
    assert offer is not None and offer.after == "a motionless figure" and "list of softer words" in offer.what


def test_the_windows_show_the_price_and_the_other_words(place: Place) -> None:
    from addons.keyframes.model import parts as keyframe_parts
    from addons.queue.model import parts as queue_parts
    from tests.addons.support import Window

    place.server.faults = ["refused"]
    bench, project = place.film("a bloody corpse")
    w = Window(bench, project, lambda context: [*keyframe_parts(context), *queue_parts(context)])
    w.act("keyframes.bar", "variants", value=2)
    assert w.head("keyframes.bar")["price"] == w.head("keyframes.shot")["price"] == "about $0.035"
    assert ["Price", "about $0.017 (list of 2026-11-21)"] in w.head("keyframes.shot")["sent"]
    drawn(bench, project)
    assert w.head("keyframes.shot")["failed"][0][3] == "words"
    reply = w.act("keyframes.shot", "queue")
    assert reply is not None and reply.tab == "queue"

    (row, item) = w.items("queue.list").values()
    assert row["cost"] == "about $0.017" and "again" not in item
    ((offer, title, what, before, after),) = item["o"]
    assert (offer, title) == ("reword", "Reword and try again") and "the shot keeps its own" in what
    assert before.endswith("a bloody corpse") and after.endswith("a stained motionless figure")
    w.act("queue.list", "accept", item["id"], offer=offer)
    bench.wait(bench.studio.jobs.runs(project.id)[0])
    assert place.server.taken[-1].fields["prompt"] == after
    assert w.items("keyframes.shot").popitem()[1]["seed"] == "", "there are no seeds"


def test_a_backend_that_needs_a_key_cannot_be_chosen(place: Place) -> None:
    from addons import project as project_tab
    from tests.addons.support import Window

    place.options = {"key": "", "url": "https://images.example/v1"}
    bench, project = place.film(image_backend="")
    w = Window(bench, project, project_tab.parts)
    shown = {b["id"]: b for b in w.head("project.film")["drawers"]}
    assert shown["openai"]["needs"] == "needs a key" and not shown["openai"]["on"] and shown["fake"]["needs"] == ""
    with pytest.raises(BadInput, match="needs an API key"):
        w.act("project.film", "edit", field="image_backend:image", value="openai")
    reply = w.act("project.film", "settings")
    assert reply is not None and reply.tab == "settings"
