"""What the benchmarks of coding agents share: instances, checkouts, sessions, models, engines."""
