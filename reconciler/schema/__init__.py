"""What a space is: its types, fields, options and roles, live or pinned."""
