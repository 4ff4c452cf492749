"""What the two systems have in common here: processes on this machine that are started, asked,
stopped and killed."""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod

from http_client import HTTPClient

START_SECONDS = 60
STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


class Node:
    """One process. It dies with the driver, however the driver ends."""

    def __init__(self, number, command, directory, environment=None):
        self.number = number
        self.command = command
        self.directory = directory
        self.environment = environment
        self.process = None

    def start(self):
        libc = ctypes.CDLL(None)
        with open(self.directory / "output.log", "ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                env={**os.environ, **(self.environment or {})},
                preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
            )

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM, as an operator stops it; SIGKILL when that does not help."""
        if not self.runs:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def output(self):
        return (self.directory / "output.log").read_text(errors="replace")

    def last_words(self):
        return "\n".join(self.output().splitlines()[-5:])

    def cpu_seconds(self):
        """User and system time so far (proc(5), stat, fields 14 and 15)."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident bytes: all of them, and those that no file backs."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return tuple(int(fields[name].split()[0]) << 10 for name in ("VmRSS", "RssAnon"))


class Cluster(ABC):
    """Some nodes of one system, on data directories below `directory`."""

    name: str

    def __init__(self, directory, size):
        self.directory = pathlib.Path(directory) / self.name
        self.size = size
        self.nodes = []
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)

    # What a system must say of itself.

    @abstractmethod
    def client_port(self, number):
        """Where node `number`, counted from 1, answers clients."""

    @abstractmethod
    def leader(self):
        """The leader's number, or None while there is none."""

    @abstractmethod
    def serving_address(self):
        """Host and port that the load goes to: always those of the leader."""

    @abstractmethod
    def addresses_without(self, number):
        """Where a client may write when that node is dead, in the order it would try."""

    @abstractmethod
    def put(self, client, key, value):
        """Writes one key. True when it was accepted."""

    @abstractmethod
    def get(self, client, key):
        """Reads one key linearizably. None when there was no answer or no such key."""

    @abstractmethod
    def transaction(self, pairs):
        """Target and body of a POST that writes all pairs at once."""

    @abstractmethod
    def revision_at(self, number):
        """How many writes the store of that node has applied; None when it does not answer."""

    @abstractmethod
    def compact(self, number, revision):
        """Has that node forget the history before a revision. True when that was accepted."""

    @abstractmethod
    def addresses_given_up(self):
        """How often a leader has let go of the cluster's address so far; None without one."""

    @abstractmethod
    def count(self):
        """How many keys there are, read linearizably."""

    # What follows from that.

    def start(self):
        for node in self.nodes:
            node.start()
        self.await_leader()

    def await_leader(self):
        """Returns once a write was accepted where the load will go."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            if self.leader() is not None and self._accepts():
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} has no leader after {START_SECONDS} s")

    def _accepts(self):
        try:
            with HTTPClient(*self.serving_address(), timeout=1) as client:
                return self.put(client, "started", "yes")
        except OSError:
            return False

    def check_alive(self):
        for node in self.nodes:
            if node.process is not None and not node.runs:
                raise RuntimeError(f"{self.name}, node {node.number} died:\n{node.last_words()}")

    def stop(self):
        for node in self.nodes:
            if node.runs:
                node.process.terminate()
        for node in self.nodes:
            node.stop()

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def revision(self):
        """How many writes the leader's store has applied."""
        return self.revision_at(self.leader())

    def cpu_seconds(self):
        return sum(node.cpu_seconds() for node in self.nodes if node.runs)

    def memory(self):
        """Of every node: resident bytes, and those that no file backs."""
        return [node.memory() for node in self.nodes if node.runs]

    def ask(self, number, method, target, body=None):
        """One request to one node: the body of its answer if that is 200, or None."""
        try:
            with HTTPClient("127.0.0.1", self.client_port(number), timeout=5) as client:
                status, answer = client.request(method, target, body)
                return answer if status == 200 else None
        except OSError:
            return None
