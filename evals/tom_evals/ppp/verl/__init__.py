"""What verl needs to train on UserVille: an agent loop, a reward and a configuration."""
