"""The built-in animatic engine: storyboard panels drawn by rule, and real camera moves through them, without a GPU."""
