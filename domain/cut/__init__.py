"""The cut: which part of which shot stands where in the film, and how one goes over into the next.

`items` and `document` are the values, `editing` changes them, `reconcile` follows the storyboard, and `resolve` works
out, frame by frame, what is seen: a `reel.Reel`. All of it is arithmetic; no file is opened here.
"""
