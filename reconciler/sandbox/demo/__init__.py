"""What the pretend service holds: the demo space, generated items, seeds."""
