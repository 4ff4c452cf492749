"""The tables: which figures are set against each other, and what was wanted."""

from dataclasses import dataclass

from plan import ETCD, QUOIN


@dataclass(frozen=True)
class Row:
    """One line: `ours` divided by `base`, both a system, a measure and a figure."""

    title: str
    unit: str
    base: tuple | None
    ours: tuple
    target: float | None = None
    reach: float | None = None
    # The ratio must not exceed its target, rather than reach it.
    at_most: bool = False
    # Target and reach are for our figure itself, as they are without a base.
    absolute: bool = False


def _both(title, unit, measure, figure, *wanted, **more):
    return Row(title, unit, (ETCD, measure, figure), (QUOIN, measure, figure), *wanted, **more)


def _crossed(title, unit, theirs, measure, *wanted):
    return Row(title, unit, (ETCD, theirs, "rate"), (QUOIN, measure, "rate"), *wanted)


AGAINST_ETCD = (
    _both("JSON put, 64 connections", "/s", "put-64", "rate", 5, 6),
    _both("… its p99", "ms", "put-64", "p99", 1 / 3, at_most=True),
    _both("JSON put, 256 connections", "/s", "put-256", "rate", 4, 5),
    _both("… its p99", "ms", "put-256", "p99"),
    _both("… CPU of all nodes for a put", "µs", "put-256", "nodes_us"),
    _both("JSON put, 1 connection: p50", "ms", "put-1", "p50", 0.5, 0.4, at_most=True),
    _both("… its p99", "ms", "put-1", "p99"),
    _both("JSON linearizable get, 64 connections", "/s", "get-64", "rate", 4.5, 6),
    _both("… its p99", "ms", "get-64", "p99"),
    _both("… CPU of all nodes for a get", "µs", "get-64", "nodes_us"),
    _crossed("JSON put, 256: etcd gRPC put, 8×32", "/s", "grpc-put", "put-256", 1.6, 2),
    _crossed(
        "JSON linearizable get, 256: etcd gRPC range, 8×32", "/s", "grpc-get", "get-256", 0.8, 1.1
    ),
    _both("transactions of 100 puts, 64 connections", "keys/s", "txn", "rate", 8, 15),
    _both(
        "memory a node, 1.1 M keys, 20 s behind the load", "MiB", "memory", "rss", 0.45, 0.35,
        at_most=True,
    ),
    _both("… not backed by files", "MiB", "memory", "anonymous"),
    _both("… at once behind the load", "MiB", "memory", "busy"),
    _both("… after the restart", "MiB", "restart", "rss"),
    _both(
        "restart of all three to the first read", "s", "restart", "seconds", 0.2, 0.1, at_most=True
    ),
    _crossed("JSON put, 256, our syncs + 1 ms", "/s", "put-256", "delay-1-put-256", 1.5),
    _crossed("JSON put, 256, our syncs + 10 ms", "/s", "put-256", "delay-10-put-256", 1),
    _both("kill -9 of the leader to the next write", "ms", "failover", "ms"),
)

AGAINST_ITSELF = (
    Row(
        "put, 256 connections: 5 nodes against 3", "/s",
        (QUOIN, "nodes-3-put-256", "rate"), (QUOIN, "nodes-5-put-256", "rate"), 0.75,
    ),
    Row(
        "put, 256 connections: 7 nodes against 3", "/s",
        (QUOIN, "nodes-3-put-256", "rate"), (QUOIN, "nodes-7-put-256", "rate"), 0.6,
    ),
    Row(
        "log for a JSON document of 1 KiB: with LZ4 against without", "B",
        (QUOIN, "lz4-off", "log_bytes_each"), (QUOIN, "lz4-on", "log_bytes_each"), 0.6,
        at_most=True,
    ),
    Row(
        "put of such documents, 256 connections: with LZ4 against without", "/s",
        (QUOIN, "lz4-off", "rate"), (QUOIN, "lz4-on", "rate"), 0.95,
    ),
    Row(
        "get, 64 connections: from a lease against linearizable", "/s",
        (QUOIN, "round-get-64", "rate"), (QUOIN, "lease-get-64", "rate"),
    ),
    Row(
        "… CPU of all nodes for a get", "µs",
        (QUOIN, "round-get-64", "nodes_us"), (QUOIN, "lease-get-64", "nodes_us"),
    ),
    Row(
        "get, 1 connection, p50: from a lease against linearizable", "ms",
        (QUOIN, "round-get-1", "p50"), (QUOIN, "lease-get-1", "p50"),
    ),
)  # fmt: skip

SOAK = (
    _both("puts", "/s", "soak", "rate"),
    _both("p50", "ms", "soak", "p50"),
    _both("p99", "ms", "soak", "p99"),
    _both("p99.9", "ms", "soak", "p999"),
    _both("the longest", "ms", "soak", "max"),
    _both("… all processors away at once, at most", "ms", "soak", "machine_pause"),
    _both("… how often for 20 ms and more", "", "soak", "machine_pauses"),
    _both("… one processor away, at most", "ms", "soak", "cpu_pause"),
    _both("elections", "", "soak", "elections", 0, at_most=True, absolute=True),
    _both("broken connections", "", "soak", "broken", 0, at_most=True, absolute=True),
    Row(
        "the leader gave the address up", "",
        None, (QUOIN, "soak", "given_up"), 0, at_most=True,
    ),
    _both("memory a node at the end", "MiB", "soak", "rss"),
)  # fmt: skip
