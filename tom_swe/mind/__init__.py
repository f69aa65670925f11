"""The services that wire extracting, believing and advising to the memory."""
