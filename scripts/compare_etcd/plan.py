"""What is measured, in which order, and on what kind of cluster."""

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import Callable

from availability import failover, loaded_memory, restart
from measures import delayed, grpc_load, http_load, lease_load, log_bytes, soak

ETCD, QUOIN = "etcd", "quoin"
BOTH = (ETCD, QUOIN)
SWEEP = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Measure:
    """One figure or a few, of one or both systems."""

    name: str
    run: Callable
    systems: tuple = BOTH
    # In a stage that is made once: only in the first round.
    first_only: bool = False


@dataclass(frozen=True)
class Stage:
    """Measures that run one after the other on a cluster made for them, and loaded."""

    name: str
    measures: tuple
    nodes: int = 3
    keys: int = 100_000
    # What stands between kvnode and its libraries, and what that is told.
    preload: str | None = None
    environment: tuple = ()
    # Made and loaded once, and measured in every round; otherwise every round has a fresh cluster.
    once: bool = False
    # Measured only when it is named.
    on_request: bool = False


def _sweep(operation):
    return tuple(
        Measure(f"sweep-{operation}-{n}", http_load(operation, n, part=0.4)) for n in SWEEP
    )


def _delayed(milliseconds):
    measures = (
        Measure(f"delay-{milliseconds}-put-1", delayed(milliseconds, 1), (QUOIN,)),
        Measure(f"delay-{milliseconds}-put-256", delayed(milliseconds, 256), (QUOIN,)),
    )
    environment = (("SLOW_SYNC_MS", str(milliseconds)),)
    return Stage(
        f"delay-{milliseconds}", measures, preload="slow_sync", environment=environment
    )


def _sized(nodes):
    measure = Measure(f"nodes-{nodes}-put-256", http_load("put", 256), (QUOIN,))
    return Stage("sizes", (measure,), nodes=nodes, on_request=True)


def _documents(name, preload):
    return Stage(
        "lz4", (Measure(name, log_bytes, (QUOIN,)),), preload=preload, on_request=True
    )


STAGES = (
    Stage(
        "loads",
        (
            Measure("put-1", http_load("put", 1)),
            Measure("put-64", http_load("put", 64)),
            Measure("put-256", http_load("put", 256)),
            Measure("get-64", http_load("get", 64)),
            Measure("get-256", http_load("get", 256)),
            Measure("grpc-put", grpc_load("Put"), (ETCD,)),
            Measure("grpc-get", grpc_load("Range"), (ETCD,)),
            Measure("txn", http_load("txn", 64)),
        ),
    ),
    _delayed(1),
    _delayed(10),
    Stage("failover", (Measure("failover", failover),) * 3),
    Stage("sweep", _sweep("put") + _sweep("get")),
    _sized(3),
    _sized(5),
    _sized(7),
    Stage(
        "leases",
        (
            Measure("round-get-1", http_load("get", 1), (QUOIN,)),
            Measure("lease-get-1", lease_load(1), (QUOIN,)),
            Measure("round-get-64", http_load("get", 64), (QUOIN,)),
            Measure("lease-get-64", lease_load(64), (QUOIN,)),
        ),
        environment=(("QUOIN_READS_LEASE", "on"),),
        on_request=True,
    ),
    _documents("lz4-on", None),
    _documents("lz4-off", "no_lz4"),
    Stage("soak", (Measure("soak", soak),), once=True, on_request=True),
    Stage(
        "million",
        (
            Measure("memory", loaded_memory, first_only=True),
            Measure("restart", restart),
        ),
        keys=1_100_000,
        once=True,
    ),
)


def chosen(patterns):
    """The stages with only those measures that a pattern names, by their own name or their
    stage's; without patterns all that are not on request."""

    def wanted(stage, measure):
        names = (stage.name, measure.name)
        return any(fnmatch(name, pattern) for name in names for pattern in patterns)

    if not patterns:
        return [stage for stage in STAGES if not stage.on_request]
    found = []
    for stage in STAGES:
        kept = tuple(measure for measure in stage.measures if wanted(stage, measure))
        if kept:
            found.append(replace(stage, measures=kept))
    return found
