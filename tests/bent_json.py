"""JSON written in any way that a person may write it, comments and trailing commas included."""

import json
from typing import Any

from hypothesis import strategies as st

SPACES = st.sampled_from(["", " ", "\n", "\n\t", "\r\n  ", " /* a, b */ ", " // c }\n", "\n\n    "])


@st.composite
def texts(draw: st.DrawFn, value: Any) -> str:
    """A text of a value, spaced and commented in any way, with commas at ends here and there."""

    def told(value: Any) -> str:
        if isinstance(value, dict):
            pairs = [f"{gap()}{json.dumps(key)}{gap()}:{told(each)}" for key, each in value.items()]
            return f"{gap()}{{{listed(pairs)}}}{gap()}"
        if isinstance(value, list):
            return f"{gap()}[{listed([told(each) for each in value])}]{gap()}"
        return f"{gap()}{json.dumps(value, ensure_ascii=draw(st.booleans()))}{gap()}"

    def gap() -> str:
        return draw(SPACES)

    def listed(items: list[str]) -> str:
        end = "," if items and draw(st.booleans()) else ""
        return ",".join(items) + end + gap()

    return told(value)
