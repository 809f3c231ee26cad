"""Making pictures, clips and the film, step by step or in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from addons.terminal.arguments import (
    AsJson,
    Backend,
    FilmRate,
    Folder,
    Loudness,
    Quality,
    Seed,
    Shots,
    Size,
    Subtitles,
    TakeOver,
    chosen,
)
from addons.terminal.front import Context, running, working
from addons.terminal.output import follow, show, tell

if TYPE_CHECKING:
    from domain.job import Job
    from services.projects import OpenProject


def keyframes(
    context: Context,
    folder: Folder,
    shots: Shots = None,
    variants: Annotated[int | None, typer.Option(metavar="N", help="Pictures per shot.")] = None,
    backend: Backend = None,
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Make keyframes for the shots that lack them, or for these shots."""
    from domain.job import Done

    with working(context, folder, take_over=take_over) as (kinoloom, project):
        run = kinoloom.studio.generation.draw_keyframes(project, chosen(project, shots), variants, backend=backend)
        jobs = follow(kinoloom, [run.id] if run else [])
        made = [
            {"shot": j.shot, "slot": j.slot, "name": j.phase.result} for j in jobs if isinstance(j.phase, Done)
        ]  # fmt: skip
        show(as_json, {"made": made}, [f"{len(made)} keyframes made." if made else "Every shot has its keyframes."])


def render(
    context: Context,
    folder: Folder,
    shots: Shots = None,
    backend: Backend = None,
    seed: Seed = None,
    server: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="ComfyUI servers instead of those set up.")
    ] = None,
    workflow: Annotated[str | None, typer.Option(metavar="ID", help="Workflow to render with.")] = None,
    make_again: Annotated[
        bool, typer.Option("--make-again", help="Send again what was sent before and is not found; may cost twice.")
    ] = False,
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Make what is missing or stale; interrupt it at any time and run it again."""
    from domain.errors import BadInput, NotReady
    from domain.job import Done
    from services.reports import plan_counts

    told = {"comfyui.servers": ",".join(server or ())}
    with working(context, folder, settings=told, claim=False, take_over=take_over) as (kinoloom, project):
        generation = kinoloom.studio.generation
        setup = generation.setup(project, backend, workflow=workflow)
        if (server or workflow) and not generation.setup(project, backend).spec.workflow:
            title = generation.setup(project, backend).spec.title
            raise BadInput(f"{title} takes no --server and no --workflow.", "Leave them out, or add --backend comfyui.")
        only = chosen(project, shots)
        before = plan_counts(generation.plan(project, backend, only=only, workflow=workflow))
        there = {(take.shot, take.segment, take.id) for take in project.files.takes()}
        runs = kinoloom.commands.claim_to_render(project, setup, only)
        run = generation.render(project, only, backend=backend, seed=seed, workflow=workflow)
        jobs = follow(kinoloom, [*runs, *([run.id] if run else [])], make_again=make_again)
        made = [
            {"shot": j.shot, "segment": j.segment, "take": j.phase.result}
            for j in jobs
            if j.kind == "segment" and isinstance(j.phase, Done)
            if (j.shot, j.segment, j.phase.result) not in there
        ]
        after = plan_counts(generation.plan(project, backend, only=only, workflow=workflow))
        document = {"made": made, "reused": before["done"], "counts": after}
        show(as_json, document, [f"{len(made)} segments made, {before['done']} were there already."])
        if after["blocked"]:
            raise NotReady(f"{after['blocked']} segments cannot be made yet.", f"See: kinoloom plan {folder}")


def film(
    context: Context,
    folder: Folder,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="By default in the project's film folder.")
    ] = None,
    preset: Annotated[
        str, typer.Option("--preset", "--delivery", metavar="ID", help="web, prores … contact-sheet; or a quality.")
    ] = "film",
    limit: Annotated[
        str | None, typer.Option("--max-size", metavar="500MB", help="The most the file may have.")
    ] = None,
    hardware: Annotated[bool, typer.Option(help="Let an encoder chip do it, where one works.")] = False,
    loudness: Loudness = None,
    subtitles: Subtitles = None,
    quality: Quality = None,
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Conform, join and master the film, or write it for one purpose (--preset)."""
    from addons.terminal.commands.handover import result
    from domain.delivery import QUALITIES, parse_bytes
    from domain.errors import BadInput
    from services.commands import check_film_file, check_quality

    if preset in QUALITIES:
        preset, quality = "film", quality or preset
    target = output.expanduser().absolute() if output else None
    if target is not None and preset == "film":
        target = check_film_file(target)
    check_quality(quality)
    most = parse_bytes(limit) if limit else None
    with working(context, folder, take_over=take_over) as (kinoloom, project):
        films = kinoloom.studio.film
        if preset == "contact-sheet":
            if target is None:
                raise BadInput("A contact sheet needs a name.", "Give one with -o, ending in .pdf or .png.")
            sheet = result(follow(kinoloom, [kinoloom.studio.handover.contact_sheet(project, target).id]))
            show(as_json, {"file": sheet, "shots": len(project.board.shots)}, [f"{sheet}: contact sheet"])
            return
        run = films.make(
            project, target=target, quality=quality, delivery=preset, limit=most, hardware=hardware, loudness=loudness,
            subtitles=subtitles,
        )  # fmt: skip
        _show_film(as_json, project, target, follow(kinoloom, [run.id]))


def make(
    context: Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The film, an .mp4 file.")],
    storyboard: Annotated[Path | None, typer.Argument(metavar="STORYBOARD", help="File or folder to film.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What is to be seen, instead of a storyboard.")] = None,
    character: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Who is in it; may be repeated.")] = None,
    duration: Annotated[str | None, typer.Option(metavar="S", help="Length in seconds.")] = None,
    frames: Annotated[int | None, typer.Option(metavar="N", help="Length in film frames.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of picture and clip.")] = None,
    camera: Annotated[str, typer.Option(metavar="MOVE", help="Such as pan_left or dolly_in.")] = "",
    backend: Backend = None,
    quality: Quality = None,
    loudness: Loudness = None,
    subtitles: Subtitles = None,
    size: Size = None,
    rate: FilmRate = None,
    gate: Annotated[
        str | None, typer.Option(metavar="ID", help="Gate for the film: draft, web, production, or one of your own.")
    ] = None,
    retakes: Annotated[
        int | None, typer.Option(min=0, max=10, help="How often a clip that fails is made again, at most.")
    ] = None,
    project_folder: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="By default beside the film.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a film of a storyboard or a prompt in one go, in a project beside the file; run again, it goes on."""
    from domain.errors import BadInput
    from domain.sound.tracks import check_loudness, check_subtitles
    from services import commands as steps

    target = steps.check_film_file(output)
    steps.check_quality(quality)
    heard = check_loudness(loudness) if loudness else None
    read = check_subtitles(subtitles) if subtitles else None
    width, height = steps.parse_size(size) if size else (None, None)
    exact = steps.read_rate(rate) if rate else None
    seconds = steps.read_seconds(duration) if duration is not None else None
    if (storyboard is None) == (prompt is None):
        raise BadInput("A film is made of a storyboard or of a --prompt.", "Give one of them.")
    if storyboard is not None and (character or camera or seed is not None or seconds or frames is not None):
        raise BadInput("--character, --camera, --duration, --frames and --seed go with --prompt.", "Leave them out.")
    rules = {name: value for name, value in (("film_gate", gate), ("retakes", retakes)) if value is not None}
    with running(context) as kinoloom:
        if gate is not None:
            kinoloom.quality.gate(gate)
        if storyboard is not None:
            result = kinoloom.commands.read(storyboard)
        else:
            result = steps.prompt_board(
                prompt or "", rate=exact or kinoloom.studio.options().rate, characters=character or (),
                seconds=seconds, frames=frames, seed=seed, camera=camera,
            )  # fmt: skip
        place = project_folder or target.with_name(target.stem + steps.PROJECT_SUFFIX)
        project = kinoloom.commands.project_for(
            result, place, width=width, height=height, rate=exact, backend=backend
        )  # fmt: skip
        if rules and kinoloom.studio.checks is not None:
            kinoloom.studio.checks.rules.set(project, **rules)
        for note in (*result.notes, *(f"cut: {note.text}" for note in kinoloom.studio.cuts.cut(project).notes)):
            tell(f"  {note}")
        kinoloom.commands.check_makeable(project)
        again = kinoloom.commands.claim_to_render(project, kinoloom.studio.generation.setup(project))
        run = kinoloom.studio.generation.render(project)
        runs = [*again, *([run.id] if run else [])]
        after = tuple(job.id for job in kinoloom.studio.jobs.jobs(project.id) if job.run in runs and not job.ended)
        last = kinoloom.studio.film.make(
            project, target=target, quality=quality, after=after, loudness=heard, subtitles=read
        )
        _show_film(as_json, project, target, follow(kinoloom, [*runs, last.id]))


def _show_film(as_json: bool, project: OpenProject, target: Path | None, jobs: Sequence[Job]) -> None:
    from domain.film import FilmReport
    from domain.job import Done
    from services.reports import film_document, film_line, sound_lines

    phase = next(job.phase for job in reversed(jobs) if job.kind == "film")
    name = phase.result if isinstance(phase, Done) else ""
    report = cast("FilmReport", project.files.read(f"film/{name}.report", FilmReport))
    file = report.file or str(target or project.files.film_path(name))
    made = sum(1 for job in jobs if job.kind == "segment")
    document = film_document(report, file) | {"project": str(project.files.root), "made": made}
    said = [report.checked.report.verdict.sentence] if report.checked else []
    show(as_json, document, [film_line(report, file), *sound_lines(report), *said])


COMMANDS = (keyframes, render, film, make)
