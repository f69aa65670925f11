"""Schema migrations of tom's database, shipped in the wheel and applied on first use."""

from tom_swe.place import REVISIONS as REVISIONS

HEAD = REVISIONS[-1]
