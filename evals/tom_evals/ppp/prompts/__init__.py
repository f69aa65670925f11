"""The prompt of an agent that is trained, as a Jinja file."""

from functools import partial

from tom_evals.common.prompts import rendered

render = partial(rendered, "tom_evals.ppp")
