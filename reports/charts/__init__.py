"""Charts as vectors: each returns a drawing of a stated width, and never reads anything but its arguments."""
