"""Writes the golden reports anew: ``python -m tests.engine.reports.golden``."""

from tests.engine.reports.reading import DATA, report_on
from tui.engine.reports import format_of

DIALECTS = ("guide", "andrea")


def rendered(dialect: str) -> str:
    """Return the report on the sample of a dialect, without the path it was found under."""
    path = DATA / dialect / f"{dialect}.log"
    return format_of("json").render(report_on(f"{dialect}={path}"))


if __name__ == "__main__":
    for name in DIALECTS:
        (DATA / name / f"{name}.report.json").write_text(rendered(name), encoding="utf-8")
