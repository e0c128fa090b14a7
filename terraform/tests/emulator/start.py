#!/usr/bin/env python3
"""Starts the emulated AWS, in a virtual environment that it makes itself.

    python3 start.py [--venv DIR] [--prepare-only]

The first line on standard output says where it listens. It serves until its standard input closes.
Only Python's standard library is needed here. See README.md for what is emulated, and what is not.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"


def default_venv() -> Path:
    """Below the target folder, so that removing it removes the emulator's environment too."""
    repository = HERE.parents[2]
    return Path(os.environ.get("CARGO_TARGET_DIR") or repository / "target") / "emulator" / "venv"


def prepare(folder: Path) -> Path:
    """Makes the virtual environment if it is missing or older than its requirements; returns its Python.

    Several processes may ask at once: the first makes it, the others wait.
    """
    folder = folder.absolute()
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    stamp = folder / "requirements.sha256"
    python = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_name(folder.name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            install = [python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]
            subprocess.run(install, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
            stamp.write_text(wanted, encoding="utf-8")
    return python


def main() -> None:
    """Prepares the environment and becomes the emulator, so that it has this process's standard input."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--venv", type=Path, default=default_venv(), help="folder of the virtual environment")
    arguments.add_argument("--prepare-only", action="store_true", help="print the environment's Python and end")
    chosen = arguments.parse_args()
    python = prepare(chosen.venv)
    if chosen.prepare_only:
        print(python)
        return
    # Python finds its packages by the name `venv/bin/python`, so this link must not be resolved.
    own = {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    os.execve(python, [str(python), "-m", "emulated_aws"], {**os.environ, **own})


if __name__ == "__main__":
    main()
