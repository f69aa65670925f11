"""Everything kept about one person, as it leaves one memory and enters another."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from tom_swe.model.base import Value

FORMAT, VERSION = "tom-export", 2

type Row = dict[str, str | int | float | None]


class Export(Value):
    """The rows of one person by table, as the schema that it names has them.

    What is derived (vectors, briefings) and what is no memory of the person (costs, which
    files were read) is not in it.
    """

    format: Literal["tom-export"]
    version: Literal[2]
    schema_revision: str = Field(alias="schema")
    user: str
    tables: Mapping[str, tuple[Row, ...]]
