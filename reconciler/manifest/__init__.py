"""Desired-state files: bytes to values with places and back.  Knows no field."""
