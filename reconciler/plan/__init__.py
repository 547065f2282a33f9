"""Decide: desired values against live ones, and everything that judges the result."""
