"""Desired-state files: from bytes to values with places, and back.  Knows nothing about fields."""
