"""ComfyUI servers as a backend: graphs and their surgery, the client, the pool of servers."""
