"""What is measured, in which order, and on what kind of cluster."""

from dataclasses import dataclass
from typing import Callable

import measures

ETCD, QUOIN = "etcd", "quoin"
BOTH = (ETCD, QUOIN)
SWEEP = (1, 2, 4, 8, 16, 32, 64, 128, 256)
TXN_CONNECTIONS = 16


@dataclass(frozen=True)
class Measure:
    """One figure or a few, of one or both systems."""

    name: str
    run: Callable
    systems: tuple = BOTH


@dataclass(frozen=True)
class Stage:
    """Measures that run one after the other on a cluster made for them, and loaded."""

    name: str
    measures: tuple
    size: int = 3
    keys: int = 100_000
    # Milliseconds added to every sync of ours.
    delay: int = 0
    # Loaded once and measured in every round; otherwise every round has a fresh cluster.
    once: bool = False


STAGES = (
    Stage(
        "loads",
        (
            Measure("put-1", measures.http_load("put", 1)),
            Measure("put-64", measures.http_load("put", 64)),
            Measure("put-256", measures.http_load("put", 256)),
            Measure("get-64", measures.http_load("get", 64)),
            Measure("get-256", measures.http_load("get", 256)),
            Measure(
                "lease-get-64", measures.http_load("get", 64, "?consistency=lease"), (QUOIN,)
            ),
            Measure("grpc-put", measures.grpc_load("Put"), (ETCD,)),
            Measure("grpc-get", measures.grpc_load("Range"), (ETCD,)),
            Measure("txn", measures.http_load("txn", TXN_CONNECTIONS)),
        ),
    ),
)


def chosen(patterns):
    """The stages with only those measures that a pattern names; all without patterns."""
    from fnmatch import fnmatch

    stages = []
    for stage in STAGES:
        kept = tuple(
            measure
            for measure in stage.measures
            if not patterns
            or any(fnmatch(name, p) for p in patterns for name in (measure.name, stage.name))
        )
        if kept:
            stages.append(Stage(**{**stage.__dict__, "measures": kept}))
    return stages
