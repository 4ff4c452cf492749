"""Latency against throughput as SVG: a line for each system and percentile, a dot for each number
of connections."""

import math

from plan import ETCD, QUOIN, SWEEP

_WIDTH, _HEIGHT = 860, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 150, 64, 60
_STYLE = """
    text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #24303c;
           paint-order: stroke; stroke: #f7f9fb; stroke-width: 3px }
    .name { font-size: 16px; font-weight: 600 }
    .small { font-size: 11px; fill: #53616f }
    .middle { text-anchor: middle }
    .end { text-anchor: end }
    .grid { stroke: #d5dce3; stroke-width: 1 }
    .line { fill: none; stroke-width: 2.4; stroke-linejoin: round }
    .p99 { stroke-dasharray: 6 4 }
    .quoin { stroke: #2f6fb5 }
    .etcd { stroke: #d9822b }
    .dot { fill: #f7f9fb; stroke-width: 2 }
    .quoin-text { fill: #2f6fb5; font-weight: 600 }
    .etcd-text { fill: #b5651d; font-weight: 600 }
"""


class _Scale:
    """A logarithmic axis from a little below the smallest to a little above the largest value."""

    def __init__(self, values, start, end):
        self._low = math.log10(min(values)) - 0.06
        self._high = math.log10(max(values)) + 0.06
        self._start, self._end = start, end

    def place(self, value):
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def marks(self):
        """1, 2 and 5 of every decade within."""
        for decade in range(math.floor(self._low), math.ceil(self._high) + 1):
            for factor in (1, 2, 5):
                value = factor * 10**decade
                if self._low <= math.log10(value) <= self._high:
                    yield value


def _points(results, system, operation, figure):
    """Connections, requests a second and milliseconds, as far as they were measured."""
    for connections in SWEEP:
        measure = f"sweep-{operation}-{connections}"
        rate = results.median(system, measure, "rate")
        if rate:
            yield connections, rate, results.median(system, measure, figure)


def draw(results, operation, title):
    """The picture of one operation; None when nothing of it was measured."""
    lines = {
        (system, figure): list(_points(results, system, operation, figure))
        for system in (QUOIN, ETCD)
        for figure in ("p50", "p99")
    }
    points = [point for line in lines.values() for point in line]
    if not points:
        return None
    x = _Scale([rate for _, rate, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _Scale([latency for _, _, latency in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [*_frame(title), *_axes(x, y)]
    for (system, figure), line in lines.items():
        if line:
            parts += _line(x, y, system, figure, line)
    return "\n".join([*parts, "</svg>", ""])


def _frame(title):
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="title about">',
        f'  <title id="title">{title}: latency against throughput</title>',
        '  <desc id="about">Median and 99th percentile of Quoin and of etcd, each with 1, 2, 4 and '
        "so on to 256 connections; further right and further down is better.</desc>",
        f"  <style>{_STYLE}  </style>",
        f'  <rect width="{_WIDTH}" height="{_HEIGHT}" rx="12" fill="#f7f9fb"/>',
        f'  <text class="name" x="{_LEFT}" y="30">{title}</text>',
        f'  <text class="small" x="{_LEFT}" y="48">three nodes and the client on one machine; '
        "the dots are 1, 2, 4 … 256 connections</text>",
    ]


def _axes(x, y):
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    for value in x.marks():
        at = f"{x.place(value):.1f}"
        label = f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
        yield f'  <path class="grid" d="M{at} {top}V{bottom}"/>'
        yield f'  <text class="small middle" x="{at}" y="{bottom + 18}">{label}</text>'
    for value in y.marks():
        at = y.place(value)
        yield f'  <path class="grid" d="M{left} {at:.1f}H{right}"/>'
        yield f'  <text class="small end" x="{left - 8}" y="{at + 4:.1f}">{value:g} ms</text>'
    middle = (left + right) / 2
    yield f'  <text class="middle" x="{middle:.0f}" y="{bottom + 42}">requests a second</text>'


def _line(x, y, system, figure, points):
    places = [(x.place(rate), y.place(latency)) for _, rate, latency in points]
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    yield f'  <path class="line {system} {figure}" d="M{path}"/>'
    for a, b in places:
        yield f'  <circle class="dot {system}" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>'
    (a, b), shown = places[-1], {QUOIN: "Quoin", ETCD: "etcd"}[system]
    yield f'  <text class="{system}-text" x="{a + 10:.1f}" y="{b + 4:.1f}">{shown}, {figure}</text>'
    if figure == "p50":
        for (a, b), (count, _, _) in zip(places, points, strict=True):
            if count in (1, 16):
                yield f'  <text class="small middle" x="{a:.1f}" y="{b + 18:.1f}">{count}</text>'
