"""The table: which figures are set against each other, and what was wanted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line. A target with `at_most` is a ratio that must not be exceeded."""

    title: str
    unit: str
    # Measure and figure of each.
    etcd: tuple
    quoin: tuple
    target: float | None = None
    reach: float | None = None
    at_most: bool = False


def _same(title, unit, measure, figure, *rest, **more):
    return Row(title, unit, (measure, figure), (measure, figure), *rest, **more)


ROWS = (
    _same("JSON put, 64 connections", "/s", "put-64", "rate", 5, 6),
    _same("… its p99", "ms", "put-64", "p99", 1 / 3, at_most=True),
    _same("JSON put, 256 connections", "/s", "put-256", "rate", 4, 5),
    _same("… its p99", "ms", "put-256", "p99"),
    _same("JSON put, 1 connection: p50", "ms", "put-1", "p50", 0.5, 0.4, at_most=True),
    _same("JSON linearizable get, 64 connections", "/s", "get-64", "rate", 4.5, 6),
    _same("… its p99", "ms", "get-64", "p99"),
    Row(
        "JSON lease get, 64 connections, against etcd's linearizable", "/s",
        ("get-64", "rate"), ("lease-get-64", "rate"),
    ),
    Row(
        "JSON put at 256 connections against etcd's gRPC put at 8×32", "/s",
        ("grpc-put", "rate"), ("put-256", "rate"), 1.6, 2,
    ),
    Row(
        "JSON linearizable get at 256 connections against etcd's gRPC range at 8×32", "/s",
        ("grpc-get", "rate"), ("get-256", "rate"), 0.8, 1.1,
    ),
    _same("transactions of 100 puts, 16 connections", "keys/s", "txn", "rate", 8, 15),
)  # fmt: skip
