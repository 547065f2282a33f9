"""Describes a space: its types, fields, options and roles, live or pinned."""
