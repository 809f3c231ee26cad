"""ComfyUI graphs and their manifests: data, no code. Python imports this folder only to find the files in it."""
