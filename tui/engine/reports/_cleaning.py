"""Every text from outside in a report, sent through one function."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from tui.engine.model import ErrorGroup
from tui.engine.report import Report


def cleaned(report: Report, clean: Callable[[str], str]) -> Report:
    """Return the report with ``clean`` applied to whatever a log or a command line may have put into it."""
    return replace(
        report,
        input=replace(
            report.input,
            sources=tuple(map(clean, report.input.sources)),
            unreadable=tuple(map(clean, report.input.unreadable)),
            untimed=tuple(map(clean, report.input.untimed)),
            gap_list=tuple(replace(one, source=clean(one.source)) for one in report.input.gap_list),
        ),
        config=replace(
            report.config, missing=tuple(replace(one, name=clean(one.name)) for one in report.config.missing)
        ),
        fallback=replace(report.fallback, by_target=_keys(report.fallback.by_target, clean)),
        calls=replace(report.calls, by_client=_keys(report.calls.by_client, clean)),
        errors=replace(report.errors, by_code=_keys(report.errors.by_code, clean)),
        providers=tuple(replace(row, provider=clean(row.provider)) for row in report.providers),
        top_errors=tuple(_row(row, clean) for row in report.top_errors),
    )


def _keys(counts: Mapping[str, int], clean: Callable[[str], str]) -> dict[str, int]:
    """Clean the names of some counts, the most frequent first; names that become equal are added up."""
    found: Counter[str] = Counter()
    for name, count in counts.items():
        found[clean(name)] += count
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _row(row: ErrorGroup, clean: Callable[[str], str]) -> ErrorGroup:
    return replace(
        row,
        provider=None if row.provider is None else clean(row.provider),
        code=None if row.code is None else clean(row.code),
        text=clean(row.text),
        source=clean(row.source),
    )
