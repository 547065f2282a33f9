"""The calls of the pretend service, one file a group of endpoints."""
