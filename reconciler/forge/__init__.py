"""Where reviewers are: the forges behind one protocol, and the chat in which a team reads.

`protocol.py` says what a forge does for us; `choice.py` holds the table of forges and picks one by the job's
environment.  To add one: a folder beside `github/` and a row in that table.
"""
