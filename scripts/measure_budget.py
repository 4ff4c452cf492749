"""Loads three nodes and divides what the kernel knows of their threads by the requests."""

import argparse
import json
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time
import urllib.request

# Everything that a node calls on the way of a request; the rest is the difference to all.
CALLS = (
    "epoll_wait epoll_pwait read write writev recvfrom sendto recvmsg sendmsg pread64 pwrite64 "
    "fdatasync futex timerfd_settime clock_gettime mmap munmap madvise"
).split()


class Thread:
    """One thread's account in /proc (proc(5): schedstat, stat, status)."""

    def __init__(self, path):
        self.number = int(path.name)
        self.name = (path / "comm").read_text().strip()
        self.nanoseconds = int((path / "schedstat").read_text().split()[0])
        fields = (path / "stat").read_text().rpartition(")")[2].split()
        self.user, self.system = int(fields[11]), int(fields[12])
        status = (path / "status").read_text()
        self.waits = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])
        self.taken = int(re.search(r"^nonvoluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])


def threads(process):
    found = {}
    for path in pathlib.Path(f"/proc/{process}/task").iterdir():
        try:
            thread = Thread(path)
        except FileNotFoundError:
            continue
        found[thread.number] = thread
    return found


class Node:
    def __init__(self, number, process, port):
        self.number, self.process, self.port = number, process, port
        self.role = "follower"
        self.before, self.after = {}, {}

    def ask(self, path, body=None, method=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


class Cluster:
    def __init__(self, options):
        self.options = options
        self.kvctl = str(options.programs / "kvctl")
        self.data = options.data.resolve()
        self.nodes = []

    def __enter__(self):
        shutil.rmtree(self.data, ignore_errors=True)
        subprocess.run(
            [
                self.kvctl, "cluster", "up", "--detach", "--data", str(self.data), "--vip", "none",
                "--client-base", str(self.options.ports),
                "--peer-base", str(self.options.ports + 10),
            ],  # fmt: skip
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for number in (1, 2, 3):
            process = self._process(str(self.data / f"n{number}"))
            self.nodes.append(Node(number, process, self.options.ports + number - 1))
        return self

    def __exit__(self, *_):
        subprocess.run(
            [self.kvctl, "cluster", "down", "--data", str(self.data)], stdout=subprocess.DEVNULL
        )
        shutil.rmtree(self.data, ignore_errors=True)

    def _process(self, directory):
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"kvnode") and any(directory.encode() in w for w in words):
                return int(path.parent.name)
        raise RuntimeError(f"no kvnode runs in {directory}")

    def find_leader(self):
        for node in self.nodes:
            node.role = node.ask("/v1/status")["node"]["role"]
        self.nodes.sort(key=lambda node: node.role != "leader")
        return self.nodes[0]

    def fill(self):
        leader = self.find_leader()
        for first in range(0, self.options.keys, 100):
            puts = [
                {"put": {"key": f"key-{number:08d}", "value": "v" * 256}}
                for number in range(first, first + 100)
            ]
            leader.ask("/v1/txn", json.dumps({"success": puts}).encode(), "POST")


def drive(cluster, work, connections, seconds):
    """One run of wrk against the leader: its own account, and the CPU seconds it used."""
    options, leader = cluster.options, cluster.find_leader()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(
        [
            "wrk", "--threads", "1", "--connections", str(connections), "--duration",
            f"{seconds}s", "--script", str(options.root / "scripts/compare_etcd/requests.lua"),
            f"http://127.0.0.1:{leader.port}", "--", "quoin", work, str(options.keys),
        ],  # fmt: skip
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = json.loads(re.search(r"^RESULT (.*)$", output, re.M)[1])
    if result["refused"] or result["broken"]:
        raise RuntimeError(f"{work}: {result}")
    used = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    result["client"] = used - result["prepared"]
    result["client_system"] = after.ru_stime - before.ru_stime
    return result


def times(cluster, work, connections, seconds):
    for node in cluster.nodes:
        node.before = threads(node.process)
    result = drive(cluster, work, connections, seconds)
    for node in cluster.nodes:
        node.after = threads(node.process)
    return result


def perf_is_allowed():
    try:
        subprocess.run(
            ["perf", "stat", "-e", "raw_syscalls:sys_enter", "true"], check=True,
            capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def system_calls(cluster, work, connections, seconds):
    """Calls of every node, by name, and the run that made them."""
    events = ["raw_syscalls:sys_enter"] + [f"syscalls:sys_enter_{call}" for call in CALLS]
    counting = [
        subprocess.Popen(
            ["perf", "stat", "-x", ",", "-e", ",".join(events), "-p", str(node.process)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for node in cluster.nodes
    ]
    time.sleep(0.5)
    result = drive(cluster, work, connections, seconds)
    counts = []
    for process in counting:
        process.send_signal(signal.SIGINT)
        counted = {}
        for line in process.communicate()[1].splitlines():
            fields = line.split(",")
            if len(fields) > 2 and fields[0].isdigit():
                counted[fields[2].replace("syscalls:sys_enter_", "")] = int(fields[0])
        counts.append(counted)
    return counts, result


def print_times(cluster, work, connections, result):
    requests = result["requests"]
    rate = requests / result["seconds"]
    print(f"\n## {work}, {connections} connections: {rate:,.0f}/s, "
          f"p50 {result['p50'] / 1000:.2f} ms, p99 {result['p99'] / 1000:.2f} ms\n")  # fmt: skip
    print("| each request | CPU µs | of it kernel | waits | taken off |")
    print("|---|---:|---:|---:|---:|")
    total = result["client"] * 1e6 / requests
    share = result["client_system"] * 1e6 / requests
    print(f"| wrk | {total:.2f} | {share:.2f} | | |")
    for node in cluster.nodes:
        rows = []
        for number, thread in sorted(node.after.items()):
            # A thread of this load has no account of the time before it: it began at zero.
            old = node.before.get(number)
            spent = thread.nanoseconds - (old.nanoseconds if old else 0)
            waits = thread.waits - (old.waits if old else 0)
            taken = thread.taken - (old.taken if old else 0)
            ticks = thread.user + thread.system - (old.user + old.system if old else 0)
            system = thread.system - (old.system if old else 0)
            kernel = spent * system / ticks if ticks else 0
            if spent > 0:
                rows.append((thread.name, spent, kernel, waits, taken))
        rows.sort(key=lambda row: -row[1])
        for name, spent, kernel, waits, taken in rows:
            if spent / requests < 50:
                continue
            print(
                f"| {node.role} {node.number}: {name} | {spent / requests / 1000:.2f} "
                f"| {kernel / requests / 1000:.2f} | {waits / requests:.3f} "
                f"| {taken / requests:.3f} |"
            )
        total += sum(row[1] for row in rows) / requests / 1000
    print(f"| **all** | **{total:.2f}** | | | |")


def print_calls(cluster, counts, result):
    requests = result["requests"]
    rate = requests / result["seconds"]
    roles = [f"{node.role} {node.number}" for node in cluster.nodes]
    print(f"\nSystem calls, at {rate:,.0f}/s while they were counted:\n")
    print(f"| each request | {' | '.join(roles)} |")
    print("|---|" + "---:|" * len(roles))
    named = [call for call in CALLS if any(c.get(call, 0) * 1000 > requests for c in counts)]
    for call in named:
        cells = [f"{c.get(call, 0) / requests:.3f}" for c in counts]
        print(f"| {call} | {' | '.join(cells)} |")
    others = [
        (c.get("raw_syscalls:sys_enter", 0) - sum(c.get(call, 0) for call in named)) / requests
        for c in counts
    ]
    print(f"| others | {' | '.join(f'{other:.3f}' for other in others)} |")
    cells = [f"**{c.get('raw_syscalls:sys_enter', 0) / requests:.3f}**" for c in counts]
    print(f"| **all** | {' | '.join(cells)} |")


def print_instructions(root):
    print("\n## Without the kernel: three nodes on one thread (Tests/RequestCost/baseline.txt)\n")
    print("| each request, on all nodes | instructions | retains | releases | allocations |")
    print("|---|---:|---:|---:|---:|")
    for line in (root / "Tests/RequestCost/baseline.txt").read_text().splitlines():
        words = line.split()
        if len(words) == 5 and words[1].isdigit():
            print(f"| {words[0]} | " + " | ".join(f"{int(word):,}" for word in words[1:]) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--loads", default="put:64,get:64,put:1")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--ports", type=int, default=25000)
    options = parser.parse_args()
    options.data = options.data or options.root / ".build/budget"
    counts_calls = perf_is_allowed()
    with Cluster(options) as cluster:
        cluster.fill()
        for load in options.loads.split(","):
            work, connections = load.split(":")
            connections = int(connections)
            drive(cluster, work, connections, 1)
            result = times(cluster, work, connections, options.seconds)
            print_times(cluster, work, connections, result)
            if counts_calls:
                counts, result = system_calls(cluster, work, connections, options.seconds)
                print_calls(cluster, counts, result)
            else:
                print("\nSystem calls were not counted: perf may not (perf_event_paranoid, root).")
    print_instructions(options.root)


main()
