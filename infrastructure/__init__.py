"""Adapters behind the ports of `services.ports`: engines, media tools, stores, paths, logs."""
