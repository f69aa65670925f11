"""Prompts of this benchmark, as Jinja files."""

from functools import partial

from tom_evals.common.prompts import rendered

render = partial(rendered, "tom_evals.ambig_swe")
