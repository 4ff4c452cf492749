"""Our cluster as `kvctl cluster` makes it, asked at its virtual address."""

import json
import re
import subprocess

from cluster import Cluster, Node

_VIRTUAL_HOST = "127.0.0.100"


class Quoin(Cluster):
    name = "quoin"

    def __init__(self, directory, size, ports, programs, preload=None, environment=None):
        super().__init__(directory, size)
        self._ports = ports
        self._programs = programs
        self._virtual = (_VIRTUAL_HOST, ports)
        subprocess.run(
            [
                str(programs / "kvctl"), "cluster", "init", "--data", str(self.directory),
                "--nodes", str(size), "--client-base", str(ports + 1),
                "--peer-base", str(ports + 11), "--vip", f"{_VIRTUAL_HOST}:{ports}",
            ],  # fmt: skip
            check=True,
            stdout=subprocess.DEVNULL,
        )
        environment = dict(environment or {})
        if preload:
            environment["LD_PRELOAD"] = str(preload)
        for number in self._numbers():
            home = self.directory / f"n{number}"
            command = [str(programs / "kvnode"), "--config", str(home / "node.yaml")]
            self.nodes.append(Node(number, command, home, environment))

    def _numbers(self):
        return range(1, self.size + 1)

    def client_port(self, number):
        return self._ports + number

    def _status(self, number):
        answer = self.ask(number, "GET", "/v1/status")
        return json.loads(answer)["node"] if answer else None

    def leader(self):
        for number in self._numbers():
            status = self._status(number) if self.nodes[number - 1].runs else None
            if status and status["role"] == "leader":
                return number
        return None

    def term(self):
        return self._status(self.leader())["term"]

    def serving_address(self):
        return self._virtual

    def addresses_without(self, number):
        return [self._virtual]

    def put(self, client, key, value):
        return client.request("PUT", f"/v1/kv/{key}", value)[0] == 200

    def get(self, client, key):
        status, answer = client.request("GET", f"/v1/kv/{key}")
        return json.loads(answer)["value"] if status == 200 else None

    def transaction(self, pairs):
        steps = [{"put": {"key": key, "value": value}} for key, value in pairs]
        return "/v1/txn", json.dumps({"success": steps}, separators=(",", ":"))

    def revision_at(self, number):
        status = self._status(number)
        return status and status["revision"]

    def compact(self, number, revision):
        body = json.dumps({"revision": revision})
        return self.ask(number, "POST", "/v1/compact", body) is not None

    def addresses_given_up(self):
        return sum(node.output().count("gives the address") for node in self.nodes)

    def lease_reads(self):
        page = self.ask(self.leader(), "GET", "/metrics")
        found = re.search(rb"^quoin_lease_reads_total (\S+)$", page, re.MULTILINE)
        return float(found[1])

    def count(self):
        answer = self.ask(self.leader(), "GET", "/v1/kv?prefix=key-&count_only=true")
        return json.loads(answer)["count"]

    def log_size(self):
        """Of the first node, which must be stopped: how many commands its log holds, and the bytes
        from the first of them to the last."""
        command = [str(self._programs / "kvctl"), "wal", "dump", "-o", "json"]
        command.append(str(self.directory / "n1"))
        dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        count, segments = 0, {}
        for line in dump.splitlines():
            entry = json.loads(line)
            if entry["kind"] == "entry" and "document" in entry["does"]:
                count += 1
                segments.setdefault(entry["segment"], []).append(entry["offset"])
        return count, sum(max(offsets) - min(offsets) for offsets in segments.values())
