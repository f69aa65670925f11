"""Names of a package that are loaded when first used. Standard library only: each hook has it."""

# Importing typing would cost every hook 10 ms; type checkers know this name without it.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def loading(package: str, homes: "Mapping[str, str]") -> "Callable[[str], object]":
    """A package's ``__getattr__``: each name is that of the module below it, its home."""

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load
