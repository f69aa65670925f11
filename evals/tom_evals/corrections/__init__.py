"""What comes of a person who corrects the agent, and whether such turns are noticed."""
