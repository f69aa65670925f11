"""Reports what is wrong with an installation, and repairs it."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.doctor.repair import Fixed, Repair
    from tom_swe.doctor.report import Report, audited, problems, reindex

__all__ = ["Fixed", "Repair", "Report", "audited", "problems", "reindex"]

__getattr__ = loading(
    __name__,
    {
        "Fixed": "repair",
        "Repair": "repair",
        "Report": "report",
        "audited": "report",
        "problems": "report",
        "reindex": "report",
    },
)
