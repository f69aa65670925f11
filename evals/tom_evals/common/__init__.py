"""What several benchmarks share: jobs, statistics, reports, models, and a coding agent to run."""
