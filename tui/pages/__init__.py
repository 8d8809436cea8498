"""What the screens show, as pure functions from façade views to lines."""
