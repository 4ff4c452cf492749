"""Drives both systems in turn; scripts/compare-etcd installs and builds, and then runs this."""

import argparse
import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import machine
import page
import plan
import preloads
import table
from clients import LoadFailed
from etcd import Etcd
from loading import load
from measures import Setting
from quoin import Quoin
from results import Results


def _place(text):
    """A path that holds wherever a process is started."""
    return pathlib.Path(text).resolve()


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/compare-etcd", add_help=False)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--soak-seconds", type=int, default=600)
    parser.add_argument("--rows", default="")
    parser.add_argument("--only", choices=plan.BOTH)
    parser.add_argument("--continue", dest="continued", action="store_true")
    parser.add_argument("--touch-memory", type=int, default=0, metavar="GIB")
    parser.add_argument("--page", type=pathlib.Path)
    parser.add_argument("--ports", type=int, default=24000)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--etcd", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=_place, required=True)
    parser.add_argument("--commit", default="unknown")
    return parser.parse_args()


class Comparison:
    """One run: every stage in every round, the systems taking turns at going first."""

    def __init__(self, options, directory, results):
        self._options = options
        self._directory = directory
        self._results = results

    def run(self, stages):
        rounds = range(self._options.rounds)
        for number in rounds:
            for stage in self._taking_turns(stages):
                if not stage.once:
                    for system in self._turn(stage):
                        self._measure(stage, system, range(number, number + 1))
        for stage in stages:
            if stage.once and rounds:
                for system in self._turn(stage):
                    self._measure(stage, system, rounds)

    def _taking_turns(self, stages):
        """Stages of one name are compared with each other (three nodes and five, with LZ4 and
        without), so they change their order with every round, too."""
        names = dict.fromkeys(stage.name for stage in stages)
        for name in names:
            alike = [stage for stage in stages if stage.name == name]
            before = self._results.rounds(plan.QUOIN, alike[0].measures[0].name)
            yield from alike if before % 2 == 0 else reversed(alike)

    def _turn(self, stage):
        """Who goes first changes with every round, also from one run to its continuation."""
        before = self._results.rounds(plan.QUOIN, stage.measures[0].name)
        order = plan.BOTH if before % 2 == 0 else tuple(reversed(plan.BOTH))
        return [system for system in order if self._options.only in (None, system)]

    def _measure(self, stage, system, rounds):
        wanted = [measure for measure in stage.measures if system in measure.systems]
        if not wanted:
            return
        options = self._options
        setting = Setting(options.seconds, options.soak_seconds, stage.keys, self._directory)
        with self._cluster(stage, system) as cluster:
            say(f"{stage.name}: {stage.nodes} nodes of {system}, loading {stage.keys:,} keys")
            load(cluster, stage.keys)
            machine.settle()
            for number in rounds:
                for measure in wanted:
                    if number == rounds[0] or not measure.first_only:
                        cluster.check_alive()
                        page_ns = options.touch_memory and machine.touch_memory(
                            options.touch_memory
                        )
                        figures = measure.run(cluster, setting)
                        if page_ns:
                            figures["page_ns"] = page_ns
                        self._results.add(measure.name, system, figures)
                        shown = ", ".join(f"{n} {table.number(v)}" for n, v in figures.items())
                        say(f"round {number + 1}, {system}, {measure.name}: {shown}")
        machine.settle_disk(self._directory)

    @contextlib.contextmanager
    def _cluster(self, stage, system):
        """A running cluster, the only one while it runs; gone afterwards."""
        options = self._options
        if system == plan.ETCD:
            cluster = Etcd(self._directory, stage.nodes, options.ports + 100, options.etcd)
        else:
            preload = stage.preload and preloads.build(stage.preload, self._directory)
            cluster = Quoin(
                self._directory, stage.nodes, options.ports, options.programs,
                preload, dict(stage.environment),
            )  # fmt: skip
        try:
            cluster.start()
            yield cluster
        except LoadFailed:
            # Their words go with their data, and say what the figures cannot.
            for node in cluster.nodes:
                say(f"node {node.number} of {system} said last:\n{node.last_words()}")
            raise
        finally:
            cluster.remove()


def say(words):
    print(f"==> {time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def all_addresses(base):
    numbers = range(1, 8)
    ours = [("127.0.0.100", base)]
    for offset in (0, 10, 100, 110):
        ours += [("127.0.0.1", base + offset + number) for number in numbers]
    return ours


def main():
    options = arguments()
    # A stop from outside unwinds like Ctrl-C: clusters end and their data goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # In the background of a script it would be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stages = plan.chosen([name for name in options.rows.split(",") if name])
    if options.touch_memory < 0:
        raise machine.Unsuitable("--touch-memory takes GiB, 0 or more")
    if not stages:
        raise machine.Unsuitable(f"no row is called {options.rows}")
    options.data.mkdir(parents=True, exist_ok=True)
    machine.require_disk(options.data)
    machine.require_ports(all_addresses(options.ports))
    results = Results(options.results, fresh=not options.continued)
    if options.rounds:
        facts = machine.facts(options.data, options.etcd, options.commit)
        results.describe({**facts, "seconds": options.seconds})
    with tempfile.TemporaryDirectory(prefix="compare-", dir=options.data) as directory:
        Comparison(options, pathlib.Path(directory), results).run(stages)
    print(table.text(results))
    if options.page:
        page.write(options.page, results)
        say(f"written: {options.page}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"error: {error}")
