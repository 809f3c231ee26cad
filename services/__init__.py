"""The use cases of the studio and the ports they need. Knows `domain`, never Gradio, files' formats or servers."""
