"""Edits that keep a file its author's: comments, quotes and layout stay."""
