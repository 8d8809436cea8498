"""What a child process does to a ledger, so that it can be killed while it does it.

python child.py URL append COUNT            prints one line "seq id" for each acknowledged entry
python child.py URL break STEP COUNT        the same, but dies without a trace after STEP of the next commit
python child.py URL create STEP             dies in the middle of creating
python child.py URL fill BYTES              appends until no file may grow beyond BYTES
python child.py URL read UID                reads as that account
"""

from __future__ import annotations

import os
import resource
import signal
import sys

from governance.ledger.entry import Draft, new_id
from governance.ledger.errors import DiskFull
from governance.ledger.log import Ledger

ANN = "user:ann"


def draft(number: int) -> Draft:
    return Draft(ANN, "x.note", f"system:{os.getpid()}", {"number": number}, new_id())


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def append(ledger: Ledger, count: int) -> None:
    for number in range(count):
        done = ledger.append(draft(number))
        print(done.seq, done.id, flush=True)


def break_at(url: str, step: str, count: int) -> None:
    armed = False

    def at_step(done: str) -> None:
        if armed and done == step:
            die()

    with Ledger.open(url, at_step=at_step) as ledger:
        append(ledger, count)
        armed = True
        ledger.append_many([draft(number) for number in range(300)])  # fills a tile too
    raise SystemExit(f"it survived the step {step}")


def create(url: str, step: str) -> None:
    def at_step(done: str) -> None:
        if done == step:
            die()

    Ledger.create(url, actor=ANN, created={"admins": []}, at_step=at_step)
    die()


def fill(url: str, size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger = Ledger.open(url)
    append(ledger, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        while True:
            done = ledger.append(Draft(ANN, "x.note", "system:a", {"filler": "x" * 20_000}, new_id()))
            print(done.seq, done.id, flush=True)
    except DiskFull as full:
        print(full.message, file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    append(ledger, 2)
    ledger.close()


def read(url: str, uid: int) -> None:
    # All that reading imports is imported now: the other account need not be able to read this environment.
    with Ledger.open(url) as ledger:
        for _ in ledger.stream():
            ledger.checkpoint()
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    with Ledger.open(url) as ledger:
        print(ledger.size(), [entry.seq for entry in ledger.stream()])
        try:
            ledger.append(draft(0))
        except Exception as error:
            print(type(error).__name__)


if __name__ == "__main__":
    url, task, *rest = sys.argv[1:]
    if task == "append":
        with Ledger.open(url) as opened:
            append(opened, int(rest[0]))
    elif task == "break":
        break_at(url, rest[0], int(rest[1]))
    elif task == "create":
        create(url, rest[0])
    elif task == "fill":
        fill(url, int(rest[0]))
    elif task == "read":
        read(url, int(rest[0]))
