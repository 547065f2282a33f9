"""Desired values of three stories: a choice and a number with a role, members of a set, a text."""

from __future__ import annotations

STORY = 6300012320
BO = "7310000000000000002"
STATE = f"""
space: demo
type: story
items:
  - {{id: {STORY}, fields: {{priority: P3, story_points: 7}}, roles: {{RD: [dana@example.com]}}}}
  - {{id: {STORY + 1}, fields: {{watchers: {{contains: [dana@example.com]}}}}}}
  - {{id: {STORY + 2}, fields: {{ext_ref: hello}}}}
"""
