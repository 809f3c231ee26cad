"""Quality that is measured: figures of frames in, findings in plain words out.

`figures` are what an examiner measured, `checks` what is looked for and by which limits, `gate` which of it counts.
`judge` reads the figures once, frame after frame, with memory that does not grow with the film.
"""
