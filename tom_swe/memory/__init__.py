"""The relational store is truth; every index is derived from it."""
