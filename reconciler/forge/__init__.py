"""Where reviewers are: comments, issues, deployments and pull requests of a forge, which is GitHub."""
