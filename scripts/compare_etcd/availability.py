"""How long a cluster is away: after a kill of its leader, and after a restart of all of it."""

import queue
import threading
import time

from clients import LoadFailed
from http_client import HTTPClient
from loading import key

# A write that a follower of etcd sent on to the dead leader is never answered: with longer attempts
# the failover would be measured in units of them.
_WRITE_SECONDS = 0.1
# A read that waits for a leader is answered once there is one.
_READ_SECONDS = 1
_PAUSE_SECONDS = 0.001
# What a system tidies up once nothing more comes, it has tidied up by then.
_REST_SECONDS = 20


def first_success(addresses, attempt, attempt_seconds, seconds):
    """Keeps one attempt under way at every address; the moment at which any succeeded."""
    over = threading.Event()
    moments = queue.Queue()

    def work(address):
        client = HTTPClient(*address, timeout=attempt_seconds)
        while not over.is_set():
            try:
                if attempt(client):
                    moments.put(time.monotonic())
                    break
            except OSError:
                pass
            time.sleep(_PAUSE_SECONDS)
        client.close()

    threads = [threading.Thread(target=work, args=(a,), daemon=True) for a in addresses]
    for thread in threads:
        thread.start()
    try:
        return moments.get(timeout=seconds)
    except queue.Empty:
        raise LoadFailed(f"nothing was answered within {seconds} s") from None
    finally:
        over.set()
        for thread in threads:
            thread.join()


def failover(cluster, setting):
    """Kills the leader with SIGKILL; milliseconds to the next accepted write."""
    leader = cluster.leader()
    with HTTPClient(*cluster.serving_address(), timeout=1) as client:
        if not cluster.put(client, "failover", "before"):
            raise LoadFailed("no write was accepted before the failover")
    addresses = cluster.addresses_without(leader)
    killed = time.monotonic()
    cluster.nodes[leader - 1].kill()
    written = first_success(
        addresses, lambda c: cluster.put(c, "failover", "after"), _WRITE_SECONDS, 60
    )
    cluster.nodes[leader - 1].start()
    cluster.await_leader()
    # A follower that still reads its log would lengthen the next failover.
    time.sleep(2)
    return {"ms": (written - killed) * 1000}


def restart(cluster, setting):
    """Stops all nodes and starts all; seconds from the start of the processes to the first
    linearizable read of the last key that was loaded."""
    stopping = time.monotonic()
    cluster.stop()
    started = time.monotonic()
    for node in cluster.nodes:
        node.start()
    last = key(setting.keys - 1)
    answered = first_success(
        cluster.addresses_without(None),
        lambda client: cluster.get(client, last) is not None,
        _READ_SECONDS,
        180,
    )
    cluster.await_leader()
    there = cluster.count()
    if there != setting.keys:
        raise LoadFailed(f"{cluster.name} had {setting.keys} keys and has {there}")
    # The followers are through as well, so that memory compares.
    time.sleep(2)
    return {"seconds": answered - started, "stop_seconds": started - stopping, **memory(cluster)}


def loaded_memory(cluster, setting):
    """What a node holds at once behind a load, and after a rest, the same for both systems."""
    busy = memory(cluster)
    time.sleep(_REST_SECONDS)
    return {"busy": busy["rss"], **memory(cluster)}


def memory(cluster):
    """Resident bytes a node: mean of all, and the part of it that no file backs."""
    nodes = cluster.memory()
    return {
        "rss": sum(whole for whole, _ in nodes) / len(nodes),
        "anonymous": sum(own for _, own in nodes) / len(nodes),
    }
