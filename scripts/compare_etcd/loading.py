"""The same keys for both: key-00000000 and on, each with 256 random letters."""

import random
import string
import threading

from http_client import HTTPClient

VALUE_BYTES = 256
# Both take 128 operations a transaction by default.
PUTS_A_TRANSACTION = 100
_CONNECTIONS = 8
_LETTERS = string.ascii_letters + string.digits


def key(number):
    return f"key-{number:08d}"


def load(cluster, keys):
    """Writes `keys` keys by transactions, and makes sure that they are all there."""
    text = "".join(random.Random(1).choices(_LETTERS, k=1 << 20))
    starts = iter(range(0, keys, PUTS_A_TRANSACTION))
    lock = threading.Lock()
    failures = []

    def value(number):
        place = number * 257 % (len(text) - VALUE_BYTES)
        return text[place : place + VALUE_BYTES]

    def work():
        with HTTPClient(*cluster.serving_address(), timeout=30) as client:
            while not failures:
                with lock:
                    start = next(starts, None)
                if start is None:
                    return
                numbers = range(start, min(start + PUTS_A_TRANSACTION, keys))
                target, body = cluster.transaction([(key(n), value(n)) for n in numbers])
                status, answer = client.request("POST", target, body)
                if status != 200:
                    failures.append(f"loading {cluster.name}: {status} {answer[:200]}")

    def guarded():
        try:
            work()
        except OSError as error:
            failures.append(f"loading {cluster.name}: {error!r}")

    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    there = cluster.count()
    if there != keys:
        raise RuntimeError(f"{cluster.name} was loaded with {keys} keys and counts {there}")
