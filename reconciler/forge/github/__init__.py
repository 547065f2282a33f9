"""GitHub: comments, issues, deployments, pull requests, annotations and job outputs."""
