"""GitLab: notes, issues, merge requests, reports of a job, and the record of the last applied commit."""
