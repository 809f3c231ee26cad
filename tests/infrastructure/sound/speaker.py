"""A program that stands in for eSpeak NG or Piper: `python speaker.py --log FILE …` and then their own options.

It writes a tone as long as its words into the WAV file it is asked for, and what it was asked into the log. Words that
hold "fail" make it end with a message, "wait" makes it go on and on.
"""

from __future__ import annotations

import json
import math
import struct
import sys
import time
import wave
from pathlib import Path

VOICES = """Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  en-gb           --/M      English_(Great_Britain) gmw/en
 5  de              --/M      German             gmw/de
"""
VARIANTS = """Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  variant         --/M      Adam               !v/adam
 5  variant         --/F      female2            !v/f2
 5  variant         --/M      male1              !v/m1
"""


def main(arguments: list[str]) -> int:
    log = Path(arguments[1])
    options = arguments[2:]
    if "--voices" in options:
        sys.stdout.write(VOICES)
        return 0
    if "--voices=variant" in options:
        sys.stdout.write(VARIANTS)
        return 0
    words = sys.stdin.buffer.read().decode()
    log.write_text(json.dumps({"options": options, "words": words}))
    while "wait" in words:
        time.sleep(0.05)
    if "fail" in words:
        sys.stderr.write("The voice lost its voice.\n")
        return 3
    place = next(i for i, option in enumerate(options) if option in ("-w", "--output_file"))
    with wave.open(options[place + 1], "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        for n in range(2205 * len(words.split())):
            file.writeframesraw(struct.pack("<h", int(9000 * math.sin(n / 10))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
