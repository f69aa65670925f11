"""What every value of the model is: frozen, strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value; two with equal fields are equal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
