"""How many tokens are sent to a language model: the public reference, and tom, on one input."""
