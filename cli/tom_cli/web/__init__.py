"""A page to look at: the memory in the person's browser, served to this machine alone."""
