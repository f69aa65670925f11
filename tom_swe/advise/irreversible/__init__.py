"""Which requests ask for something that cannot be taken back once it is done."""
