"""The two programs that make load: wrk for HTTP/1.1 with JSON, h2load for gRPC."""

import json
import pathlib
import re
import subprocess

import protobuf

_LUA = pathlib.Path(__file__).with_name("requests.lua")
# The connections of a load stay open: a node that stalls for longer than this has failed.
_TIMEOUT = "10s"


class LoadFailed(RuntimeError):
    """The load did not run as it should have; its figures mean nothing."""


def wrk(cluster, operation, connections, seconds, keys, may_break=False):
    """Runs wrk against the leader. Rates in requests a second, latencies in milliseconds.
    A refused or broken request ends the run, or is counted where it may happen."""
    host, port = cluster.serving_address()
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", _TIMEOUT,
        "-s", str(_LUA), f"http://{host}:{port}/", "--",
        cluster.name, operation, str(keys),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    found = re.search(r"^RESULT (.*)$", run.stdout, re.MULTILINE)
    if run.returncode or not found:
        raise LoadFailed(f"wrk: {run.stdout}{run.stderr}")
    figures = json.loads(found[1])
    spoilt = (figures["refused"] or figures["broken"]) and not may_break
    if spoilt or not figures["requests"]:
        raise LoadFailed(f"{cluster.name}, {operation} by {connections}: {figures}")
    result = {"rate": figures["requests"] / figures["seconds"]}
    if may_break:
        result |= {"refused": figures["refused"], "broken": figures["broken"]}
    for name in ("p50", "p90", "p99", "p999", "max"):
        result[name] = figures[name] / 1000
    result["prepared"] = figures["prepared"]
    result["requests"] = figures["requests"]
    result["bytes_each"] = figures["bytes"] / figures["requests"]
    return result


def h2load(cluster, method, message, requests, directory, connections=8, streams=32):
    """Runs h2load against etcd's gRPC at its leader: `requests` times the same message."""
    host, port = cluster.serving_address()
    body = pathlib.Path(directory) / "message.grpc"
    body.write_bytes(protobuf.framed(message))
    url = f"http://{host}:{port}/etcdserverpb.KV/{method}"
    headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    _check_one(url, body, headers)
    command = [
        "h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-n{requests}",
        "-d", str(body), *headers, url,
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    rate = re.search(r"finished in ([\d.]+)(ms|s), ([\d.]+) req/s", run.stdout)
    done = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", run.stdout)
    data = re.search(r"\((\d+)\) data$", run.stdout, re.MULTILINE)
    if not rate or not done or not data:
        raise LoadFailed(f"h2load: {run.stdout}{run.stderr}")
    if [int(n) for n in done.groups()] != [requests, 0, 0, 0]:
        raise LoadFailed(f"h2load: {done[0]} of {requests}")
    return {
        "rate": float(rate[3]),
        "seconds": float(rate[1]) / (1000 if rate[2] == "ms" else 1),
        "requests": requests,
        "bytes_each": int(data[1]) / requests,
    }


def _check_one(url, body, headers):
    """h2load sees only the status 200 that gRPC always has: one request is looked at whole."""
    command = ["nghttp", "-v", "-n", "--no-dep", "-d", str(body), *headers, url]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
    if ":status: 200" not in answer or "grpc-status: 0" not in answer:
        raise LoadFailed(f"{url} does not answer with grpc-status 0:\n{answer}")
