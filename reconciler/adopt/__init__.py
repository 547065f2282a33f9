"""From live items to files: pull, refresh, pins, renames, a copy of a space, a new repository."""
