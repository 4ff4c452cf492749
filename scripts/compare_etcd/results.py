"""The figures of a run: one line of JSON for each measure, system and round."""

import json
import statistics


class Results:
    """Kept in a file, so that a run can be continued round by round."""

    def __init__(self, path, fresh):
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.write_text("")
        self._lines = []
        if path.exists():
            self._lines = [json.loads(line) for line in path.read_text().splitlines()]

    def add(self, measure, system, figures):
        self._append({"measure": measure, "system": system, "figures": figures})

    def describe(self, facts):
        self._append({"facts": facts})

    def _append(self, line):
        self._lines.append(line)
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def facts(self):
        """What was written last about machine and versions, and every commit that was measured."""
        found = [line["facts"] for line in self._lines if "facts" in line]
        if not found:
            return {}
        commits = dict.fromkeys(facts["commit"] for facts in found)
        return {**found[-1], "commit": ", then ".join(commits)}

    def _all(self, system, measure, figure):
        return [
            line["figures"][figure]
            for line in self._lines
            if line.get("measure") == measure
            and line.get("system") == system
            and figure in line["figures"]
        ]

    def median(self, system, measure, figure):
        """None when it was not measured."""
        found = self._all(system, measure, figure)
        return statistics.median(found) if found else None

    def rounds(self, system, measure):
        return sum(
            line.get("measure") == measure and line.get("system") == system
            for line in self._lines
        )

    def total(self, system, figure):
        """Over every measure and round that has such a figure."""
        return sum(
            line["figures"].get(figure, 0)
            for line in self._lines
            if line.get("system") == system
        )
