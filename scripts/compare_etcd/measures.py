"""What can be measured of one running cluster. A measure returns figures by name."""

import resource
import time

import clients
import protobuf
from http_client import HTTPClient
from loading import PUTS_A_TRANSACTION, VALUE_BYTES, key

# h2load repeats one message: so many requests at first, to see how many fill the seconds asked for.
_PROBE = 5_000


class Setting:
    """What the measures of a run share."""

    def __init__(self, seconds, keys, directory):
        self.seconds = seconds
        self.keys = keys
        self.directory = directory


def http_load(operation, connections, suffix=""):
    """wrk with one operation; figures of its whole time, after a second to warm up."""

    def measure(cluster, setting):
        clients.wrk(cluster, operation, connections, 1, setting.keys, suffix)
        before = _Before(cluster)
        figures = clients.wrk(
            cluster, operation, connections, setting.seconds, setting.keys, suffix
        )
        before.account(cluster, figures)
        if operation == "get":
            _require(figures["bytes_each"] > VALUE_BYTES, "some keys were not found", figures)
        else:
            before.require_writes(cluster, figures, connections)
        if operation == "txn":
            figures["rate"] *= PUTS_A_TRANSACTION
        return figures

    return measure


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
        self._revision = cluster.revision()
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
        grown = cluster.revision() - self._revision
        done = figures["requests"]
        _require(done <= grown <= done + in_flight, f"the store took {grown} writes", figures)


def _children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _require(holds, complaint, figures):
    if not holds:
        raise clients.LoadFailed(f"{complaint}: {figures}")


def failover(cluster, setting):
    """Kills the leader with SIGKILL; milliseconds to the next accepted write."""
    leader = cluster.leader()
    addresses = cluster.addresses_without(leader)
    with HTTPClient(*cluster.serving_address(), timeout=1) as client:
        if not cluster.put(client, "failover", "before"):
            raise clients.LoadFailed("no write before the failover")
    killed = time.monotonic()
    cluster.nodes[leader - 1].kill()
    _await_write(cluster, addresses, killed + 60)
    figures = {"ms": (time.monotonic() - killed) * 1000}
    cluster.nodes[leader - 1].start()
    cluster.await_leader()
    # A follower that still copies the log would lengthen the next failover.
    time.sleep(2)
    return figures


def _await_write(cluster, addresses, deadline):
    """Short attempts in turn at every address that may take a write."""
    clients_of = [HTTPClient(*address, timeout=0.1) for address in addresses]
    try:
        while time.monotonic() < deadline:
            for client in clients_of:
                try:
                    if cluster.put(client, "failover", "after"):
                        return
                except OSError:
                    pass
            time.sleep(0.001)
    finally:
        for client in clients_of:
            client.close()
    raise clients.LoadFailed("no write was accepted after the failover")


def restart(cluster, setting):
    """Stops all nodes, starts all; seconds to the first linearizable read of a key, and memory."""
    cluster.stop()
    started = time.monotonic()
    for node in cluster.nodes:
        node.start()
    # etcd answers at any member, we at the address: the first answer of either counts.
    addresses = cluster.addresses_without(None)
    while time.monotonic() < started + 120:
        for address in addresses:
            try:
                with HTTPClient(*address, timeout=0.5) as client:
                    if cluster.get(client, key(setting.keys - 1)):
                        seconds = time.monotonic() - started
                        cluster.await_leader()
                        return {"seconds": seconds}
            except OSError:
                pass
        time.sleep(0.005)
    raise clients.LoadFailed("no read was answered after the restart")


def memory(cluster, setting):
    """Resident bytes a node: mean of all, and the part that no file backs."""
    nodes = cluster.memory()
    return {
        "rss": sum(all_of_it for all_of_it, _ in nodes) / len(nodes),
        "anonymous": sum(own for _, own in nodes) / len(nodes),
    }
