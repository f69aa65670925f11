"""The reasoning: sees the model and the ports, and nothing else."""
