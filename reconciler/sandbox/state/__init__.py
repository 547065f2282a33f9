"""What the pretend service remembers, and what changing it means."""
