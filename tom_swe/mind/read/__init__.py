"""Reading: what one session shows about the person."""
