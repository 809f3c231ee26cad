"""What Kinoloom keeps on disk: project folders, the list of recent ones, and figures on how long work took.

Every write is whole or not at all, under a file lock; nothing that cannot be read is ever replaced silently.
"""
