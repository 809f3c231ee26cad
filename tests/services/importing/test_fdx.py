"""Final Draft screenplays: what is read, what is refused, and that nothing in them leads anywhere."""

from __future__ import annotations

import pytest

from domain.errors import BadInput
from services.importing import import_text

FDX = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="3">
<Content>
<Paragraph Type="Transition"><Text>FADE IN:</Text></Paragraph>
<Paragraph Number="12A" Type="Scene Heading">
  <SceneProperties Length="1/8" Page="1" Title=""><Summary><Paragraph><Text>Somebody waits.</Text></Paragraph></Summary></SceneProperties>
  <Text>INT. CAR DECK - NIGHT</Text></Paragraph>
<Paragraph Type="Action"><Text>Rain on </Text><Text Style="Bold">steel</Text><Text>. One lamp.</Text></Paragraph>
<Paragraph Type="Character"><Text>ANNA (CONT'D)</Text></Paragraph>
<Paragraph Type="Parenthetical"><Text>(quietly)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>He is late.</Text></Paragraph>
<Paragraph Type="Parenthetical"><Text>(louder)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Late: as ever.</Text></Paragraph>
<Paragraph Type="Transition"><Text>DISSOLVE TO:</Text></Paragraph>
<Paragraph Type="Scene Heading"><Text>EXT. QUAY &amp; LOWER END - DUSK</Text></Paragraph>
<Paragraph><DualDialogue>
  <Paragraph Type="Character"><Text>McCoy (V.O.)</Text></Paragraph><Paragraph Type="Dialogue"><Text>Go.</Text></Paragraph>
  <Paragraph Type="Character"><Text>ANNA</Text></Paragraph><Paragraph Type="Dialogue"><Text>No.</Text></Paragraph>
</DualDialogue></Paragraph>
</Content>
<TitlePage><Content><Paragraph><Text>The Ferry</Text></Paragraph><Paragraph><Text>Written by</Text></Paragraph>
<Paragraph><Text>Somebody</Text></Paragraph></Content></TitlePage>
</FinalDraft>"""


@pytest.mark.parametrize("name", ["ferry.fdx", "pasted"])
def test_scenes_become_shots(name: str) -> None:
    result = import_text(FDX, name)
    board = result.storyboard
    assert (result.format, board.title, board.description) == ("fdx", "The Ferry", "By Somebody")
    assert [(s.id, s.title, s.prompt, s.description, s.presets.time_of_day) for s in board.shots] == [
        ("12A", "INT. CAR DECK - NIGHT", "Rain on steel. One lamp.", "Somebody waits.", "night"),
        ("002", "EXT. QUAY & LOWER END - DUSK", "QUAY & LOWER END", "", "sunset"),
    ]
    assert [s.dialogue for s in board.shots] == [
        "ANNA (quietly): He is late.\nANNA (louder): Late: as ever.", "McCoy (V.O.): Go.\nANNA: No.",
    ]  # fmt: skip
    assert [s.characters for s in board.shots] == [("ANNA",), ("McCoy", "ANNA")]
    assert [(t.shot, t.kind) for t in result.transitions] == [("002", "dissolve")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FDX.replace("<FinalDraft", '<!DOCTYPE a [<!ENTITY b "c">]>\n<FinalDraft', 1), "declares a document type"),
        (FDX[:-30], "not valid XML"),
        ("<FinalDraft/>", "not a Final Draft"),
        ("<FinalDraft><Content/></FinalDraft>", "no scene headings"),
        ("<FinalDraft>" * 20_000, "not valid XML"),
        ("\x00<FinalDraft>", "not valid XML"),
    ],
)
def test_what_is_no_screenplay_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        import_text(text, "a.fdx")
