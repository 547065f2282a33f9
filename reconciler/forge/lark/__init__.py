"""Feishu (Lark): one card about a plan, a drift report or a run, sent by a custom bot of a chat."""
