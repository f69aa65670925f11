"""What openhands-tools imports of tom-swe: thin over Tom."""
