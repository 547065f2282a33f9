"""All that speaks to Feishu Project (Meegle)."""
