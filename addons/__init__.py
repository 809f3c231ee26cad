"""The tabs of the studio: the only code that knows Gradio. Each addon registers the same way and can fail alone."""
