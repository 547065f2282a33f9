"""Keep Feishu Project (Meegle) work items the way the repository says they are."""

__version__ = "0.1.0"
