"""By what tom's own questions to a coding agent are known, wherever the agent keeps them."""

# What the name of the folder begins with in which an agent works that tom asks.
FOLDER = "tom-asks-"
# The first line of what it is asked. Nobody writes this by hand.
MARK = "[tom-swe asks its language model]"
