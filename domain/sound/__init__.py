"""Sound: what is heard in the film and when, to the sample. Pure arithmetic; nothing here opens a file.

A sound plan (`tracks`) and the reel of the cut give a mix (`mixing`), with narration fitted to its shots (`narration`);
subtitles are made of the same lines (`subtitles`).
"""
