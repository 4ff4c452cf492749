"""The tables for people: aligned text for a terminal, Markdown for the page."""

from plan import ETCD, QUOIN
from rows import AGAINST_ETCD, AGAINST_ITSELF, SOAK

_SCALE = {"MiB": 1 << 20}
_WANTED = ("ratio", "wanted", "reach", "verdict", "rounds")


def number(value):
    """Three figures that count."""
    if value >= 100_000:
        return f"{value / 1000:,.0f}k"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _figure(value, unit):
    return "" if value is None else f"{number(value / _SCALE.get(unit, 1))} {unit}".rstrip()


def _bound(row, value):
    if value is None:
        return ""
    return f"≤ {value:.2g}" if row.at_most else f"≥ {value:.2g}"


def _verdict(row, value):
    def within(bound):
        return value <= bound if row.at_most else value >= bound

    if row.target is None:
        return ""
    if not within(row.target):
        return "NOT MET"
    return "met, and the reach" if row.reach is not None and within(row.reach) else "met"


def _cells(row, results):
    """The line of a row; None when nothing of it was measured."""
    base = results.median(*row.base) if row.base else None
    ours = results.median(*row.ours)
    if base is None and ours is None:
        return None
    ratio = ours / base if ours is not None and base else None
    judged = ratio if row.base and not row.absolute else ours
    rounds = {results.rounds(*side[:2]) for side in (row.base, row.ours) if side}
    return (
        row.title,
        _figure(base, row.unit),
        _figure(ours, row.unit),
        "" if ratio is None else f"{ratio:.2f}",
        _bound(row, row.target),
        _bound(row, row.reach),
        "" if judged is None else _verdict(row, judged),
        "/".join(str(n) for n in sorted(rounds)),
    )


def tables(results):
    """Each with its heads first; those without a line are left out."""
    found = []
    for head, rows in (
        (("", "etcd", "Quoin"), AGAINST_ETCD),
        (("", "without", "with"), AGAINST_ITSELF),
        ((_soak_head(results), "etcd", "Quoin"), SOAK),
    ):
        lines = [cells for row in rows if (cells := _cells(row, results))]
        if lines:
            found.append([(*head, *_WANTED), *lines])
    return found


def _soak_head(results):
    seconds = results.median(QUOIN, "soak", "seconds") or results.median(ETCD, "soak", "seconds")
    return f"puts by 256 connections for {number(seconds or 0)} s"


def text(results):
    return "\n\n".join(_aligned(lines) for lines in tables(results))


def _aligned(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(lines):
    rows = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([rows[0], "|---|--:|--:|--:|--:|--:|---|--:|", *rows[1:]])
