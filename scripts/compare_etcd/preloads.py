"""Libraries that stand between kvnode and libc or liblz4 for one stage."""

import pathlib
import subprocess

_SOURCES = pathlib.Path(__file__).with_name("preload")


def build(name, directory):
    """Compiles preload/NAME.c into a directory; the path of the library."""
    library = pathlib.Path(directory) / f"{name}.so"
    command = [
        "cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror",
        "-o", str(library), str(_SOURCES / f"{name}.c"), "-ldl",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    return library
