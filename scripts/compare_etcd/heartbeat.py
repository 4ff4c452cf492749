"""When the machine itself stood still: a thread on every processor that does nothing but sleep, at
the priority of real time, is late only when its processor runs nothing at all (after Gil Tene's
jHiccup). On a virtual machine that is the host's doing, and no program can prevent it."""

import itertools
import os
import subprocess
import sys
import time

_PERIOD = 0.002
# Shorter lateness is timers and interrupts.
_LEAST = 0.005
_PRIORITY = 50


class Heartbeat:
    """Watches from `with` on; `figures` tells afterwards, in milliseconds."""

    def __enter__(self):
        self._watchers = [
            subprocess.Popen(
                [sys.executable, __file__, str(cpu)], stdout=subprocess.PIPE, text=True
            )
            for cpu in sorted(os.sched_getaffinity(0))
        ]
        return self

    def __exit__(self, *_):
        for watcher in self._watchers:
            watcher.terminate()
        said = [watcher.communicate()[0] for watcher in self._watchers]
        self._pauses = [
            [tuple(map(float, line.split())) for line in words.splitlines()] for words in said
        ]

    def figures(self):
        """How long one processor was away at most, and all of them at once; and how often these
        were away for 20 ms and more, which is a pause that no node may make."""
        alone = [until - start for cpu in self._pauses for start, until in cpu]
        together = list(_common(self._pauses))
        return {
            "cpu_pause": max(alone, default=0) * 1000,
            "machine_pause": max(together, default=0) * 1000,
            "machine_pauses": sum(length >= 0.02 for length in together),
        }


def _common(pauses):
    """The lengths of what the lists of pauses, one for each processor, have in common."""
    edges = sorted(
        itertools.chain.from_iterable(
            ((start, 1), (until, -1)) for cpu in pauses for start, until in cpu
        )
    )
    away, since = 0, 0
    for moment, step in edges:
        if away == len(pauses) and step < 0:
            yield moment - since
        away += step
        if away == len(pauses):
            since = moment


def _watch(cpu):
    os.sched_setaffinity(0, {cpu})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    except PermissionError:
        print("heartbeat: without root, others' work counts as the machine's", file=sys.stderr)
    before = time.monotonic()
    while True:
        time.sleep(_PERIOD)
        now = time.monotonic()
        if now - before >= _PERIOD + _LEAST:
            print(before + _PERIOD, now, flush=True)
        before = now


if __name__ == "__main__":
    _watch(int(sys.argv[1]))
