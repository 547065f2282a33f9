"""The state of the pretend service, and the rules of its changes."""
