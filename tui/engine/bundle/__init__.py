"""An incident in one file: what happened, in figures, pictures and words, to be read and played anywhere."""
