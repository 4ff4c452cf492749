"""Forgetting history while a load goes on, as an operator lets it be done."""

import threading

_PERIOD_SECONDS = 5
# What readers of older revisions may still want.
_KEPT_REVISIONS = 1000


class Compaction:
    """Compacts the cluster's history every few seconds from `with` on."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.done = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _work(self):
        while not self._over.wait(_PERIOD_SECONDS):
            # Between two leaders there is nobody to ask: the next turn forgets more.
            leader = self._cluster.leader()
            revision = self._cluster.revision_at(leader) if leader else None
            if revision and self._cluster.compact(leader, revision - _KEPT_REVISIONS):
                self.done += 1
