"""Every document of a project, of the settings and of workflows: a value or a sentence, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import strategies as st
from PIL import Image

import config.settings
from domain.base import Value
from domain.errors import DamagedFile, NewerFile, NotFound, StudioError
from domain.job import Run
from domain.project import Project, Selection, UiState
from domain.storyboard import Storyboard
from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.files import read_workflow
from infrastructure.comfyui.manifests import read_manifest
from infrastructure.comfyui.messages import parse_binary, parse_text
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.media import MediaTools
from infrastructure.stores.project_files import FolderProjectFiles
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, running, shot
from tests.fuzz.hostile import WORDS, fuzz, spoiled, torn, trees, tried, words

DOCUMENTS: dict[str, type[Value]] = {
    "project": Project,
    "storyboard": Storyboard,
    "selection": Selection,
    "ui": UiState,
}
KEYS = st.sampled_from(
    [
        "schema",
        "version",
        "id",
        "name",
        "shots",
        "prompt",
        "seconds",
        "rate",
        "width",
        "height",
        "keyframes",
        "takes",
        "choices",
        "path",
        "sha256",
        "made",
        "shot",
        "segment",
        "request",
        "info",
        "extras",
    ]
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run, a keyframe and a take in it, as good as one can be."""
    folder = tmp_path_factory.mktemp("film")
    with running(folder) as bench:
        project = bench.project(shot(1), shot(2))
        bench.render(project, "001")
        project.change_ui(choices={"a": [1, "b"]})
        return project.files.root


def documents(film: Path) -> list[Path]:
    return sorted(p for p in film.rglob("*.json") if ".kinoloom" not in p.parts)


def _name(film: Path, file: Path) -> tuple[str, type[Value]]:
    name = file.relative_to(film).with_suffix("").as_posix()
    return name, Run if name.startswith("runs/") else DOCUMENTS[name]


def _tell(path: Path, data: bytes) -> None:
    """Write it so that its time changes for sure."""
    path.write_bytes(data)
    os.utime(path, ns=(1, zlib.crc32(data)))


@pytest.fixture(scope="module")
def copy(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to be damaged."""
    target = tmp_path_factory.mktemp("copy") / "film"
    shutil.copytree(film, target)
    return target


@fuzz(st.data())
def test_a_damaged_document_is_set_aside_and_never_lost(film: Path, copy: Path, value: st.DataObject) -> None:
    tried("documents of a project")
    file = value.draw(st.sampled_from([d for d in documents(film) if d.parent in (film, film / "runs")]))
    good = file.read_bytes()
    data = value.draw(st.one_of(torn(good), spoiled(json.loads(good), KEYS).map(lambda v: json.dumps(v).encode())))
    name, model = _name(film, file)
    target = copy / file.relative_to(film)
    before = set(target.parent.iterdir())
    _tell(target, data)
    try:
        FolderProjectFiles(copy, settle=0).read(name, model)
        assert target.read_bytes() == data
    except NewerFile:
        assert target.read_bytes() == data
    except DamagedFile as error:
        aside = [p for p in set(target.parent.iterdir()) - before if ".damaged-" in p.name]
        assert [p.read_bytes() for p in aside] == [data], error
    for path in target.parent.iterdir():
        if ".damaged-" in path.name:
            path.unlink()
    _tell(target, good)


@fuzz(st.data())
def test_a_damaged_note_of_an_artefact_leaves_it_out(film: Path, copy: Path, value: st.DataObject) -> None:
    tried("notes of keyframes and takes")
    file = value.draw(st.sampled_from([d for d in documents(film) if d.parent not in (film, film / "runs")]))
    good = file.read_bytes()
    data = value.draw(st.one_of(torn(good), spoiled(json.loads(good), KEYS).map(lambda v: json.dumps(v).encode())))
    target = copy / file.relative_to(film)
    _tell(target, data)
    files = FolderProjectFiles(copy)
    for found in (*files.keyframes(), *files.takes()):
        for picked in (getattr(found, part, None) for part in ("image", "clip", "last")):
            if picked is not None:
                assert files.path(picked).resolve().is_relative_to(copy.resolve())
    assert target.read_bytes() == data
    _tell(target, good)


@fuzz(st.data(), share=0.1)
def test_a_whole_project_from_a_stranger(
    film: Path, tmp_path_factory: pytest.TempPathFactory, value: st.DataObject
) -> None:
    tried("whole projects")
    place = tmp_path_factory.mktemp("stranger")
    target = place / "film"
    shutil.copytree(film, target, ignore=shutil.ignore_patterns(".kinoloom"))
    for file in documents(film):
        if value.draw(st.integers(0, 3)) == 0:
            (target / file.relative_to(film)).write_text(
                json.dumps(value.draw(spoiled(json.loads(file.read_bytes()), KEYS))), "utf-8"
            )
    bench = Bench(place)
    try:
        project = bench.studio.projects.open(target)
        bench.plan(project)
        project.files.runs()
        bench.studio.generation.resume(project, free_only=True)
    except StudioError as error:
        assert error.message
    finally:
        bench.close()
    assert {p.name for p in place.iterdir()} <= {"film", "config", "data", "cache", "documents"}
    shutil.rmtree(place)


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
)
YAMLS = (
    b"server:\n  port: 7860\n  host: 127.0.0.1\ncomfyui:\n  servers: http://a:1\n  token: abcdefgh\nlimits:\n  max_upload_mb: 5\n",
    BOMB, b"server: " + b"[" * 5000, b"? " * 3000, b"? = " + b"? " * 6000, b"server: !!python/object/apply:os.system ['touch pwned']\n", b"server: {port: !!int 0x10}",
    b"%YAML 9.9\n---\na: b", b"--- a\n--- b\n", b"<<: *x\nserver: &x {port: 1}", b"server:\n  port: 1:30\n  host: 2001-01-01\n", b"server: &x\n  port: *x\n",
)  # fmt: skip


@fuzz(
    st.one_of(
        st.sampled_from(YAMLS),
        st.sampled_from(YAMLS).flatmap(torn),
        trees(words, 6).map(lambda v: json.dumps(v).encode()),
    )
)
def test_settings(tmp_path_factory: pytest.TempPathFactory, value: bytes) -> None:
    tried("settings")
    folder = _one(tmp_path_factory, "settings")
    file = folder / config.settings.FILE_NAME
    file.write_bytes(value)
    loaded = config.settings.load(folder, {})
    assert all(problem.endswith((".", "?")) and len(problem) < 2000 for problem in loaded.problems), loaded.problems
    assert file.read_bytes() == value
    assert {p.name for p in folder.iterdir()} == {file.name}


_FOLDERS: dict[str, Path] = {}


def _one(factory: pytest.TempPathFactory, name: str) -> Path:
    """One folder for all examples of a test."""
    if name not in _FOLDERS:
        _FOLDERS[name] = factory.mktemp(name)
    return _FOLDERS[name]


SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
MANIFESTS = [p.read_bytes() for p in sorted(SHIPPED.glob("*.toml"))]
TOMLS = (b"a = " + b"[" * 3000, b"a" + b".a" * 3000 + b" = 1", b"[a]\n[a]", b"x = 1e999", b"x = nan", b"x = 9999-99-99", b"title = \"\\ud800\"", b"\xff\xfe",
         b"kind = 'video'\nwriter = '../x'\n[slots]\nprompt = '6.text'", b"template = '../../etc/passwd'")  # fmt: skip


@fuzz(st.one_of(st.sampled_from(TOMLS), st.sampled_from(MANIFESTS).flatmap(torn)))
def test_manifests(value: bytes) -> None:
    tried("manifests")
    try:
        read_manifest("mine", value.decode("utf-8", "replace"))
    except StudioError as error:
        assert error.message


GRAPHS = [json.loads(p.read_bytes()) for p in sorted(SHIPPED.glob("*.json"))][:6]
EDITOR = {"nodes": [{"id": 1, "type": "KSampler", "inputs": [{"name": "model", "link": 1}], "outputs": [{"links": [2]}], "widgets_values": [1, "fixed"]},
                    {"id": 2, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}], "widgets_values": {"a": 1}, "mode": 4}],
          "links": [[1, 2, 0, 1, 0, "MODEL"]], "definitions": {"subgraphs": [{"id": "s", "nodes": [], "links": []}]}, "version": 0.4}  # fmt: skip
GRAPH_KEYS = st.sampled_from(
    [
        "class_type",
        "inputs",
        "nodes",
        "links",
        "widgets_values",
        "id",
        "type",
        "mode",
        "outputs",
        "link",
        "definitions",
        "subgraphs",
        "_meta",
        "title",
        "1",
        "2",
    ]
)


@fuzz(st.one_of(spoiled(EDITOR, GRAPH_KEYS), *(spoiled(g, GRAPH_KEYS) for g in GRAPHS), trees(GRAPH_KEYS)))
def test_workflows(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    tried("workflows")
    file = _one(tmp_path_factory, "workflows") / "flow.json"
    file.write_text(json.dumps(value), "utf-8")
    try:
        to_api(read_workflow(file).data, NodeDefs())
    except StudioError as error:
        assert error.message


@fuzz(
    st.one_of(
        trees(KEYS).map(json.dumps),
        st.sampled_from(WORDS),
        torn(b'{"type": "progress", "data": {"value": 1, "max": 20, "node": "3"}}'),
    )
)
def test_messages_of_a_server(value: str | bytes) -> None:
    tried("messages of a server")
    parse_text(value)
    data = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    for kind in range(6):
        parse_binary(kind.to_bytes(4, "big") + data)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A small picture of each kind, and a clip."""
    folder = tmp_path_factory.mktemp("media")
    write_png(folder / "a.png", plain(32, 24, 3))
    with Image.open(folder / "a.png") as picture:
        for ending in ("jpg", "webp", "bmp", "tiff", "gif"):
            picture.convert("RGB").save(folder / f"a.{ending}")
    with av.open(str(folder / "a.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        for n in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(plain(32, 24, n), format="rgb24")))
        container.mux(stream.encode())
    return [p.read_bytes() for p in sorted(folder.iterdir())]


@pytest.mark.logs_errors  # of Pillow's own, about what it cannot decode
@fuzz(st.data(), share=0.5)
def test_pictures_and_clips(media: list[bytes], tmp_path_factory: pytest.TempPathFactory, value: st.DataObject) -> None:
    tried("pictures and clips")
    folder = _one(tmp_path_factory, "pictures")
    data = value.draw(st.sampled_from(media).flatmap(torn))
    tools, file = MediaTools(), folder / value.draw(st.sampled_from(["a.png", "a.mp4", "a.webm", "a.jpg"]))
    file.write_bytes(data)
    for look in (
        lambda: tools.check_image(file),
        lambda: tools.probe(file),
        lambda: tools.thumbnail(file, folder / "small.webp", 160),
    ):
        try:
            look()
        except StudioError as error:
            assert error.message
    try:
        read_workflow(file)
    except (StudioError, NotFound) as error:
        assert error.message
    assert {p.name for p in folder.iterdir()} <= {"a.png", "a.mp4", "a.webm", "a.jpg", "small.webp"}
