"""What a command costs: time, processor, memory of all its processes.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import pty
import select
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    seconds: float
    cpu: float         # seconds of all its processes
    memory: int        # octets, the most of all its processes together
    code: int
    output: str = ''


def tree(pid):
    pids = [pid]
    for p in pids:
        try:
            pids += [int(child) for task in Path(f'/proc/{p}/task').iterdir() for child in (task / 'children').read_text().split()]
        except OSError:
            pass
    return pids


def resident(pid):
    """Its share of memory: what several processes map is divided among them."""
    try:
        for line in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
            if line.startswith('Pss:'):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Watch(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.is_over = pid, 0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.03):
            self.most = max(self.most, sum(map(resident, tree(self.pid))))


def wait(pid, begun, output=b''):
    watch = Watch(pid)
    watch.start()
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - begun
    watch.is_over.set()
    watch.join()
    return Cost(seconds, usage.ru_utime + usage.ru_stime, watch.most, os.waitstatus_to_exitcode(status), output)


def run(command, log, **options):
    """Runs a command to its end; its output goes to the file LOG."""
    with open(log, 'wb') as file:
        begun = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
        cost = wait(process.pid, begun)
        process.returncode = cost.code
    cost.output = Path(log).read_text(errors='replace')
    return cost


def run_at_terminal(command, password, folder):
    """For a program that asks a terminal for its password."""
    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvp(command[0], list(map(str, command)))
    seen = b''

    def answer():
        nonlocal seen
        is_asked = False
        while True:
            ready, _, _ = select.select([terminal], [], [], 1)
            try:
                seen += os.read(terminal, 65536) if ready else b''
            except OSError:
                return
            if b'assword' in seen and not is_asked:
                os.write(terminal, password.encode() + b'\n')
                is_asked = True
    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    cost = wait(pid, begun)
    thread.join(2)
    os.close(terminal)
    cost.output = seen.decode(errors='replace')
    return cost
