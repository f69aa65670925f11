"""Reading: which messages state something durable about how a person wants to be worked with."""
