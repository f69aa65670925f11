"""How observations and the person's acts become beliefs. Pure."""
