"""Work that is killed, closed and taken up again: nothing may be lost, made twice or left behind."""
