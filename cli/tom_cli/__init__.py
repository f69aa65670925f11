"""The ``tom`` command: each command parses, calls one method and renders what comes back."""
