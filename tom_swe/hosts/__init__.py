"""The agents tom sits beside."""
