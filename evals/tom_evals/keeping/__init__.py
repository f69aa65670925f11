"""Whether tom keeps what people told it: merged, current, in its place, no surer than right."""
