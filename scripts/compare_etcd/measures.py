"""What can be measured of one running cluster. A measure returns figures by name."""

import resource
import time

import clients
import protobuf
from availability import memory
from compaction import Compaction
from heartbeat import Heartbeat
from loading import PUTS_A_TRANSACTION, VALUE_BYTES, key

# h2load repeats one message: so many requests at first, to see how many fill the seconds asked for.
_PROBE = 20_000
# wrk composes all of its requests first, and to warm up a few of them do.
_WARMING_KEYS = 5_000


class Setting:
    """What the measures of a run share."""

    def __init__(self, seconds, soak_seconds, keys, directory):
        self.seconds = seconds
        self.soak_seconds = soak_seconds
        self.keys = keys
        self.directory = directory


def http_load(operation, connections, part=1):
    """wrk with one operation, for a part of the usual time, after a second to warm up."""

    def measure(cluster, setting):
        seconds = max(2, round(setting.seconds * part))
        clients.wrk(cluster, operation, connections, 1, _WARMING_KEYS)
        before = _Before(cluster)
        figures = clients.wrk(cluster, operation, connections, seconds, setting.keys)
        before.account(cluster, figures)
        if operation in ("get", "lease"):
            _require(figures["bytes_each"] > VALUE_BYTES, "some keys were not found", figures)
        else:
            before.require_writes(cluster, figures, connections)
        if operation == "txn":
            figures["rate"] *= PUTS_A_TRANSACTION
        return figures

    return measure


def lease_load(connections):
    """Gets that may be answered from a lease; fails when they were not."""
    load = http_load("lease", connections)

    def measure(cluster, setting):
        before = cluster.lease_reads()
        figures = load(cluster, setting)
        share = (cluster.lease_reads() - before) / figures["requests"]
        _require(share > 0.9, "reads were not answered from the lease", figures)
        return figures

    return measure


def delayed(milliseconds, connections):
    """Puts while every sync of ours takes longer; fails when the delay was not felt."""
    load = http_load("put", connections)

    def measure(cluster, setting):
        figures = load(cluster, setting)
        felt = figures["p50"] >= milliseconds
        _require(felt, f"the {milliseconds} ms added to each sync were not felt", figures)
        return figures

    return measure


def log_bytes(cluster, setting):
    """Puts of JSON documents of 1 KiB; bytes of log for each, once all nodes are stopped."""
    figures = http_load("document", 256)(cluster, setting)
    cluster.stop()
    entries, taken = cluster.log_size()
    figures["log_bytes_each"] = taken / entries
    return figures


def soak(cluster, setting):
    """Full load for minutes while history is forgotten: no election may happen. What breaks is
    counted, and how long the machine itself stood still is told beside the latencies."""
    connections = 256
    clients.wrk(cluster, "put", connections, 1, _WARMING_KEYS)
    before = _Before(cluster)
    given_up = cluster.addresses_given_up()
    with Heartbeat() as heartbeat, Compaction(cluster) as compaction:
        figures = clients.wrk(
            cluster, "put", connections, setting.soak_seconds, setting.keys, may_break=True
        )
    before.account(cluster, figures)
    figures |= {"seconds": setting.soak_seconds, "compactions": compaction.done}
    figures |= {**heartbeat.figures(), **memory(cluster)}
    if given_up is not None:
        figures["given_up"] = cluster.addresses_given_up() - given_up
    # A connection that broke may have left a write behind that nobody was told of.
    before.require_writes(cluster, figures, connections + figures["broken"])
    _require(compaction.done, "history was never forgotten", figures)
    return figures


def grpc_load(method):
    """h2load with eight connections of 32 streams; etcd only."""

    def measure(cluster, setting):
        name = key(42).encode()
        if method == "Put":
            message = protobuf.put_request(name, b"v" * VALUE_BYTES)
        else:
            message = protobuf.range_request(name)
        probe = clients.h2load(cluster, method, message, _PROBE, setting.directory)
        requests = max(_PROBE, int(probe["rate"] * setting.seconds))
        before = _Before(cluster)
        figures = clients.h2load(cluster, method, message, requests, setting.directory)
        before.account(cluster, figures)
        if method == "Put":
            before.require_writes(cluster, figures, 1)
        else:
            _require(figures["bytes_each"] > VALUE_BYTES, "the key was not found", figures)
        return figures

    return measure


class _Before:
    """The state before a load, to see afterwards what it cost and what it wrote."""

    def __init__(self, cluster):
        self._revision = _settled_revision(cluster)
        self._term = cluster.term()
        self._nodes = cluster.cpu_seconds()
        self._client = _children_cpu()

    def account(self, cluster, figures):
        """Adds microseconds of CPU a request, of all nodes and of the client, and elections."""
        each = 1e6 / figures["requests"]
        figures["nodes_us"] = (cluster.cpu_seconds() - self._nodes) * each
        figures["client_us"] = (
            _children_cpu() - self._client - figures.pop("prepared", 0)
        ) * each
        figures["elections"] = cluster.term() - self._term

    def require_writes(self, cluster, figures, in_flight):
        """The store grew by what was acknowledged, and by no more than was still in flight."""
        grown = _settled_revision(cluster) - self._revision
        done = figures["requests"]
        _require(done <= grown <= done + in_flight, f"the store took {grown} writes", figures)


def _settled_revision(cluster):
    """The revision once the requests that a client left behind are through."""
    earlier = cluster.revision()
    while True:
        time.sleep(0.1)
        revision = cluster.revision()
        if revision == earlier:
            return revision
        earlier = revision


def _children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _require(holds, complaint, figures):
    if not holds:
        raise clients.LoadFailed(f"{complaint}: {figures}")
