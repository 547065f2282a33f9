"""The findings of `doctor` about a setup, and its probe of what a space accepts."""
