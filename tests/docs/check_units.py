#!/usr/bin/env python3
"""check_units.py FOLDER NOTIFIER: whether systemd understands each unit of a folder and finds little to complain about, and notifier the
command that it starts. Where there is no systemd, only the latter."""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

MOST_EXPOSED = "20"  # in tenths; what systemd calls OK
INSTALLED = "/usr/local/bin/notifier"


def check_command(unit, text, notifier):
    command = next(line for line in text.splitlines() if line.startswith("ExecStart=")).removeprefix("ExecStart=")
    program, *arguments = shlex.split(command)
    if program != INSTALLED:
        sys.exit(f"{unit.name} starts {program}, not {INSTALLED}")
    arguments = [os.devnull if argument.endswith(".toml") else argument for argument in arguments]
    subprocess.run([notifier, *arguments, "--help"], check=True, stdout=subprocess.DEVNULL, timeout=60)


def check_unit(unit, text, notifier, folder):
    # Only this machine's executable is there.
    copy = pathlib.Path(folder, unit.name)
    copy.write_text(text.replace(INSTALLED, notifier), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in verified.stderr.splitlines() if unit.name in line]
    if verified.returncode != 0 or complaints:
        sys.exit(f"systemd-analyze verify {unit.name}:\n{verified.stderr}")
    security = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", copy]
    rated = subprocess.run(security, capture_output=True, text=True, timeout=60, check=False)
    if rated.returncode != 0:
        sys.exit(f"systemd-analyze security {unit.name}:\n{rated.stdout}{rated.stderr}")


def main():
    units = sorted(pathlib.Path(sys.argv[1]).glob("*.service"))
    notifier = os.path.realpath(sys.argv[2])
    if not units:
        sys.exit(f"there are no units in {sys.argv[1]}")
    has_systemd = shutil.which("systemd-analyze") is not None
    if not has_systemd:
        print("systemd is not asked: there is no systemd-analyze here")
    with tempfile.TemporaryDirectory(prefix="notifier-units-") as folder:
        for unit in units:
            text = unit.read_text(encoding="utf-8")
            check_command(unit, text, notifier)
            if has_systemd:
                check_unit(unit, text, notifier, folder)
            print(unit.name)


main()
