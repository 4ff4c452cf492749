"""The table for people: aligned text for a terminal, Markdown for the page."""

from plan import ETCD, QUOIN
from rows import ROWS

HEADS = ("", "etcd", "Quoin", "ratio", "at least", "reach for", "verdict", "rounds")


def number(value):
    """Three figures that count."""
    if value >= 100_000:
        return f"{value / 1000:,.0f}k"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _bound(row, value):
    if value is None:
        return ""
    return f"≤ {value:.2g}" if row.at_most else f"≥ {value:.2g}"


def _verdict(row, ratio):
    def within(bound):
        return ratio <= bound if row.at_most else ratio >= bound

    if row.target is None:
        return ""
    if not within(row.target):
        return "NOT MET"
    return "met" if row.reach is None or not within(row.reach) else "met, and the reach"


def lines(results):
    """A list of cells for every row that was measured on both sides."""
    found = []
    for row in ROWS:
        etcd = results.median(row.etcd[0], ETCD, row.etcd[1])
        quoin = results.median(row.quoin[0], QUOIN, row.quoin[1])
        if quoin is None and etcd is None:
            continue
        ratio = quoin / etcd if quoin is not None and etcd else None
        rounds = (results.rounds(row.etcd[0], ETCD), results.rounds(row.quoin[0], QUOIN))
        found.append((
            row.title,
            "" if etcd is None else f"{number(etcd)} {row.unit}",
            "" if quoin is None else f"{number(quoin)} {row.unit}",
            "" if ratio is None else f"{ratio:.2f}",
            _bound(row, row.target),
            _bound(row, row.reach),
            "" if ratio is None else _verdict(row, ratio),
            "/".join(str(n) for n in sorted(set(rounds))),
        ))  # fmt: skip
    return found


def text(results):
    rows = [HEADS, *lines(results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    aligned = (
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in aligned)


def markdown(results):
    marks = ["|---" + "|--:" * (len(HEADS) - 3) + "|---|--:|"]
    rows = ["| " + " | ".join(cells) + " |" for cells in [HEADS, *lines(results)]]
    return "\n".join([rows[0], *marks, *rows[1:]])
