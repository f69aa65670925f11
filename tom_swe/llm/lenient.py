"""Forms of replies that are taken as far as they are right.

A model that makes up a value, leaves one out or writes null loses that value, not its whole
reply. The schema that it is asked to keep to stays strict.
"""

from typing import Any, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)


class Form(BaseModel):
    """What a model is asked to reply. A field that nobody asked for is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def or_else(value: object) -> WrapValidator:
    """Replaces a value that does not fit by a neutral one."""

    def fitting(given: object, then: ValidatorFunctionWrapHandler) -> object:
        try:
            return then(given)
        except ValidationError:
            return value

    return WrapValidator(fitting)


def _each(given: object, then: ValidatorFunctionWrapHandler) -> tuple[Any, ...]:
    kept: list[Any] = []
    for each in cast("list[object]", given) if isinstance(given, list | tuple) else ():
        try:
            kept += then([each])
        except ValidationError:
            continue
    return tuple(kept)


# Of a list, what fits; of anything else, nothing.
each_that_fits = WrapValidator(_each)
