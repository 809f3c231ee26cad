"""The two ways in: the tabs of the studio, the only code that knows Gradio, and the command line."""
