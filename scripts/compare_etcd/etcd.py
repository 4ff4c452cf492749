"""etcd as its own documentation starts it: static cluster, defaults, every write fsynced."""

import base64
import json

from cluster import Cluster, Node


def _text(text):
    """The JSON gateway takes and gives bytes as base64."""
    return base64.b64encode(text.encode()).decode()


class Etcd(Cluster):
    name = "etcd"
    # The gateway of etcd answers both on the client port: JSON by HTTP/1.1, gRPC by HTTP/2.

    def __init__(self, directory, size, ports, program):
        super().__init__(directory, size)
        self._ports = ports
        members = ",".join(f"n{n}=http://127.0.0.1:{ports + 10 + n}" for n in self._numbers())
        for number in self._numbers():
            home = self.directory / f"n{number}"
            home.mkdir()
            client = f"http://127.0.0.1:{self.client_port(number)}"
            peer = f"http://127.0.0.1:{ports + 10 + number}"
            command = [
                str(program), "--name", f"n{number}", "--data-dir", str(home / "data"),
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", members, "--initial-cluster-state", "new",
                "--log-level", "error",
                # Only a limit: by default etcd refuses writes from 2 GB of history on.
                "--quota-backend-bytes", str(8 << 30),
            ]  # fmt: skip
            self.nodes.append(Node(number, command, home))

    def _numbers(self):
        return range(1, self.size + 1)

    def client_port(self, number):
        return self._ports + number

    def _status(self, number):
        answer = self.ask(number, "POST", "/v3/maintenance/status", "{}")
        return json.loads(answer) if answer else None

    def leader(self):
        for number in self._numbers():
            status = self._status(number) if self.nodes[number - 1].runs else None
            if status and status.get("leader") == status["header"]["member_id"]:
                return number
        return None

    def term(self):
        return int(self._status(self.leader())["raftTerm"])

    def serving_address(self):
        return "127.0.0.1", self.client_port(self.leader())

    def addresses_without(self, number):
        return [("127.0.0.1", self.client_port(n)) for n in self._numbers() if n != number]

    def put(self, client, key, value):
        body = json.dumps({"key": _text(key), "value": _text(value)})
        return client.request("POST", "/v3/kv/put", body)[0] == 200

    def get(self, client, key):
        status, answer = client.request("POST", "/v3/kv/range", json.dumps({"key": _text(key)}))
        pairs = json.loads(answer).get("kvs") if status == 200 else None
        return base64.b64decode(pairs[0]["value"]).decode() if pairs else None

    def transaction(self, pairs):
        steps = [{"requestPut": {"key": _text(key), "value": _text(v)}} for key, v in pairs]
        return "/v3/kv/txn", json.dumps({"success": steps}, separators=(",", ":"))

    def revision_at(self, number):
        status = self._status(number)
        return status and int(status["header"]["revision"])

    def compact(self, number, revision):
        body = json.dumps({"revision": revision})
        return self.ask(number, "POST", "/v3/kv/compaction", body) is not None

    def addresses_given_up(self):
        return None

    def count(self):
        body = {"key": _text("key-"), "range_end": _text("key."), "count_only": True}
        answer = self.ask(self.leader(), "POST", "/v3/kv/range", json.dumps(body))
        return int(json.loads(answer).get("count", 0))
