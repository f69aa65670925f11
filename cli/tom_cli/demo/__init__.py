"""Example sessions of an invented developer, shipped as data for ``tom demo``."""
