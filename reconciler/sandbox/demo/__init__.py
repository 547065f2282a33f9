"""The content of the pretend service: the demo space, generated items, seeds."""
