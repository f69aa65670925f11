"""Reports what is wrong with an installation, and repairs it."""
