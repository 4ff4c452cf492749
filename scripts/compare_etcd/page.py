"""docs/performance/COMPARISON.md and its pictures, from the figures of a run."""

import plots
import table
from plan import ETCD, QUOIN
from rows import AGAINST_ETCD

# Below this many a median is an anecdote.
_ROUNDS = 5

_PAGE = """# Quoin beside etcd

Written by `scripts/compare-etcd`; the figures are medians of the rounds in the last column, of
one run on one machine: {cores} cores ({processor}), {memory}, {system}, kernel {kernel}, data on
{disk}. etcd {etcd} as released, Quoin at {commit}. Absolute figures are those of this machine on
that day; what carries over is the ratio.{provisional}

{tables}

The ratio is Quoin's figure divided by etcd's, or by that of Quoin itself in the first column.
*wanted* is what was asked for, *reach* what was hoped for.

{pictures}{elections}

## How it is measured

```sh
scripts/compare-etcd                                  # the first table, and the pictures
scripts/compare-etcd --rows put-64,get-64 --rounds 3  # a part of it
scripts/compare-etcd --rows sizes,lz4,leases,soak --continue # the second table, the third
scripts/compare-etcd --help
```

- **One machine, one cluster at a time.** Three nodes of one system and the client share the
  cores; the other system is not running. With both running, each would pay for the other's
  heartbeats and timers, and not equally. The systems take turns within every round, and in going
  first; so do three nodes and five, and with LZ4 and without. Behind each cluster its files are
  removed, and the next one waits until the disk was idle for half a second.
- **The same start.** Every round begins with a new cluster of either system, loaded with the same
  {keys} keys of 256 random letters; the count is read back. Before the clock starts the page
  cache is written out and a second of the same load goes by. A load lasts {seconds} s; the points
  of the pictures two fifths of that.
- **The same client.** wrk with one thread and requests composed beforehand, keys drawn evenly
  from those that exist, to the leader of either: etcd's JSON gateway (`/v3/kv/put`,
  `/v3/kv/range`, `/v3/kv/txn`), and `/v1` at the virtual address. A closed loop: a connection
  sends its next request when it has its answer.
- **gRPC.** h2load with 8 connections of 32 streams and one thread. It repeats one message, so
  these rows of etcd hit a single key, which can only help. One answer is looked at whole for
  `grpc-status: 0`.
- **Everything is synced.** etcd runs with its defaults, one limit on its history apart. Reads are
  linearizable on both sides, and each of Quoin's proved by a round of its followers (ReadIndex).
  Lease reads, off unless a node is told otherwise, are in a table of their own.
- **What would make a figure worthless ends the run:** a refused or broken request, a get whose
  answer is too short to hold the value, a store whose revision did not grow by exactly what was
  acknowledged (but for what was in flight at the end), a node that died. Only the long load counts
  what breaks, and goes on.
- **The long load** forgets history every 5 s, by a compaction up to the last 1,000 revisions, as
  both systems want to be run. Beside it, a process on each processor does nothing but sleep, at the
  priority of real time: when it is late, the machine itself stood still. A virtual machine's host
  does that, and no program can prevent it: pauses have to be read beside these.
- **Slower syncs** are made by a library in front of libc that sleeps after every `fdatasync` and
  `fsync` of kvnode; that one request then takes at least as long is checked. etcd's figure in
  these rows is without delay.
- **Restart:** all three end by SIGTERM and are started together, their files still in the page
  cache; the clock runs from the start of the processes to the first linearizable read, of etcd at
  any member, of Quoin at the address. Every key is counted afterwards. **Memory** is the resident
  size that the kernel states, 20 s behind the load: by then what a system tidies up when nothing
  more comes, it has tidied up. That of etcd includes pages of its mapped file, the line below
  leaves them out; the line below that is of the moment at which the load ends.
- **Failover:** the leader is killed with SIGKILL while otherwise nothing is asked; the clock runs
  to the next accepted write, attempted again every 100 ms or sooner, of etcd at either survivor,
  of Quoin at the address. etcd waits at least a second for its leader to be heard of. Quoin takes
  the connections that the kernel closes as a sign and asks at once; a machine that goes away
  without a word costs it the election timeout of its profile instead, as it costs etcd.
- **LZ4** is switched off by a library in front of liblz4 that finds no block worth compressing.

What it does not say: how either behaves with a network between the nodes, with a disk of its own
for each, or with more cores than are busy here.
"""


def write(path, results):
    """Writes the page, and its pictures beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = []
    for operation, title in (("put", "JSON put"), ("get", "JSON linearizable get")):
        picture = plots.draw(results, operation, title)
        if picture:
            (path.parent / f"{operation}.svg").write_text(picture)
            pictures.append(f"![{title}: latency against throughput]({operation}.svg)\n\n")
    page = _PAGE.format(
        tables="\n\n".join(table.markdown(lines) for lines in table.tables(results)),
        pictures="".join(pictures),
        elections=_elections(results),
        keys="100,000",
        provisional=_provisional(results),
        **results.facts(),
    )
    path.write_text(page)


def _provisional(results):
    rows = [row for row in AGAINST_ETCD if results.median(*row.ours) is not None]
    if all(results.rounds(*row.ours[:2]) >= _ROUNDS for row in rows):
        return ""
    return f" **Fewer than {_ROUNDS} rounds were run for some rows: read those as provisional.**"


def _elections(results):
    counts = {system: round(results.total(system, "elections")) for system in (ETCD, QUOIN)}
    return (
        f"Elections during all these loads: etcd {counts[ETCD]}, Quoin {counts[QUOIN]}. "
        "None was asked for."
    )
