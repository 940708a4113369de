"""One start of mailhaul-cli, with a fault in it, and how it ended.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

BUILD = Path(os.environ.get('HAUL_BUILD_DIR', Path(__file__).resolve().parents[2] / 'build-fault'))
CLI = BUILD / 'src/cli/mailhaul-cli'
HOLD_MS = 30
TIMEOUT = 60
ASLEEP = 0.02  # seconds that a stopped process is asleep


class Ended(NamedTuple):
    """What is in files is read when it is asked for: an instant restart does not wait for it."""
    code: int  # as the shell has it: 137 for SIGKILL
    started: float
    ended: float
    place: Path
    n: int

    @property
    def seconds(self):
        return self.ended - self.started

    @property
    def steps(self):
        """[(number, point, name)] passed."""
        return read_steps(self.place / f'steps-{self.n}')

    @property
    def out(self):
        return (self.place / f'out-{self.n}').read_text(errors='replace')

    @property
    def err(self):
        return (self.place / f'err-{self.n}').read_text(errors='replace')

    @property
    def report(self):
        try:
            return json.loads(self.out)
        except ValueError:
            return None


class Program:
    def __init__(self, place, account, source, connections=1):
        """PLACE: a folder for its state and what it says."""
        self.place, self.n = Path(place), 0
        self.state = self.place / 'state'
        secret = self.place / 'password'
        secret.write_text(account['password'])
        secret.chmod(0o600)
        self.source = Path(source)
        self.args = [CLI, 'copy', f"--server={account['server']}", '--security=none', f"--user={account['user']}",
                     f'--password-file={secret}', '--batch', '--format=json', f'--connections={connections}', str(source)]

    def move_source(self):
        """A source of its own, which may be changed."""
        self.source = self.args[-1] = Path(shutil.copytree(self.source, self.place / 'source' / 'Inbox'))
        return self.source

    def start(self, step=0, kind='kill', state=None, more=None, prefix=()):
        self.n += 1
        env = {'HAUL_READER': str(BUILD / 'src/reader/mailhaul-reader'), 'HAUL_FAULT_HOLD_MS': str(HOLD_MS), 'LC_ALL': 'C.UTF-8',
               'PATH': os.environ['PATH'], 'HOME': str(self.place), 'XDG_STATE_HOME': '/nonexistent', 'TZ': 'UTC',
               'HAUL_FAULT_LOG': str(self.place / f'steps-{self.n}'), **(more or {})}
        env.update({name: os.environ[name] for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS') if name in os.environ})
        if step:
            env.update(HAUL_FAULT_STEP=str(step), HAUL_FAULT_KIND=kind)
        with open(self.place / f'out-{self.n}', 'wb') as out, open(self.place / f'err-{self.n}', 'wb') as err:
            started = time.monotonic()
            process = subprocess.Popen([*prefix, *self.args, f'--state-dir={state or self.state}'], env=env, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=err, close_fds=False)
        return Running(self, process, self.n, started)

    def run(self, step=0, kind='kill', **more):
        return self.start(step, kind, **more).wait()


class Running:
    def __init__(self, program, process, n, started):
        self.program, self.process, self.n, self.started = program, process, n, started

    def wait(self, timeout=TIMEOUT):
        """Until it ends; if it is stopped it goes on after a while."""
        pid, end = self.process.pid, time.monotonic() + timeout
        fd = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        try:
            while not poll.poll(25):
                self.wake(pid)
                if time.monotonic() > end:
                    self.process.kill()
        finally:
            os.close(fd)
        ended = time.monotonic()
        code = self.process.wait()
        return Ended(128 - code if code < 0 else code, self.started, ended, self.program.place, self.n)

    def wake(self, pid):
        if state_of(pid) == 'T':
            time.sleep(ASLEEP)
            os.kill(pid, signal.SIGCONT)

    def wait_stopped(self, timeout=TIMEOUT):
        """FALSE: it ended without being stopped."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = state_of(self.process.pid)
            if state in 'TZ':
                return state == 'T'
            time.sleep(0.003)
        return False

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)


def state_of(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0]
    except OSError:
        return 'Z'


def read_steps(path):
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    steps = []
    for line in lines:
        number, point, name = line.split(' ', 2)
        steps.append((int(number), point, name))
    return steps
