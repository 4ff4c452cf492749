"""The machine that measures: what it must have, and what a reader must know of it."""

import mmap
import os
import pathlib
import platform
import re
import socket
import subprocess
import time


class Unsuitable(RuntimeError):
    """Nothing was measured; the message says what is in the way."""


def file_system(directory):
    """The type of file system that holds a directory (proc(5), mountinfo)."""
    best, kind = "", "unknown"
    path = str(pathlib.Path(directory).resolve())
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4]
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def require_disk(directory):
    """On memory a sync costs nothing: the comparison would not be one."""
    kind = file_system(directory)
    if kind in ("tmpfs", "ramfs"):
        raise Unsuitable(f"{directory} is on {kind}: name a directory on a disk with --data")
    return kind


def require_ports(addresses):
    busy = []
    for host, port in addresses:
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((host, port))
            except OSError:
                busy.append(f"{host}:{port}")
    if busy:
        raise Unsuitable(f"in use: {', '.join(busy)}; name others with --ports")


def settle():
    """Writes out what the page cache still owes, so that no load pays for an earlier one."""
    os.sync()


def settle_disk(directory, patience=60):
    """The same once a cluster and its files are gone, and waits until the disk has nothing left
    to do.

    A file system that is mounted with `discard` tells the disk of the blocks of removed files in
    its own time: gigabytes of them keep it busy for seconds behind the removal. Half a second in
    which it completed nothing and had nothing in flight is taken as the end, for `patience`
    seconds at most: something else may use the disk all the time."""
    settle()
    end = time.monotonic() + patience
    before = None
    while time.monotonic() < end:
        now = _disk_work(directory)
        if now is None or (now == before and now[-1] == 0):
            return
        before = now
        time.sleep(0.5)


def _disk_work(directory):
    """What the disk below a directory completed so far (reads, writes, discards), and what it has
    in flight (Documentation/admin-guide/iostats.rst); None where no such disk is to be found."""
    device = os.stat(directory).st_dev
    try:
        path = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat"
        fields = [int(field) for field in pathlib.Path(path).read_text().split()]
        return fields[0], fields[4], fields[11], fields[8]
    except (OSError, IndexError):
        return None


def touch_memory(gibibytes):
    """Takes so much free memory once and gives it back; answers with the nanoseconds a page took.

    A virtual machine's free pages may be its host's (free page reporting, virtio 1.2, 5.5.7):
    whoever touches one first waits until the host has found another. Which pages those are is an
    accident of what ran before, and a load that pays for it measures the host."""
    available = int(_first("/proc/meminfo", r"^MemAvailable:\s+(\d+)")) << 10
    size = min(gibibytes << 30, available // 2) // mmap.PAGESIZE * mmap.PAGESIZE
    begun = time.monotonic()
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:: mmap.PAGESIZE] = bytes(size // mmap.PAGESIZE)
    return (time.monotonic() - begun) * 1e9 / (size // mmap.PAGESIZE)


def _first(path, pattern):
    found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return found[1].strip() if found else "unknown"


def facts(directory, etcd, commit):
    """What stands above every table."""
    version = subprocess.run([etcd, "--version"], capture_output=True, text=True).stdout
    memory = int(_first("/proc/meminfo", r"^MemTotal:\s+(\d+)")) / (1 << 20)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _first("/proc/cpuinfo", r"^model name\s*: (.*)$"),
        "memory": f"{memory:.0f} GiB",
        "kernel": platform.release().partition("-")[0],
        "system": _first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)'),
        "disk": file_system(directory),
        "etcd": version.split()[2] if version else "unknown",
        "commit": commit,
    }
