"""The rules that turn measured figures into findings."""
