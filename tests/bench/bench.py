#!/usr/bin/python3
"""./dev bench: Mailhaul and its peers copy the same mail into the same Dovecot, in turns, in one run.

SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot bench.py [--sets=small,mixed,big] [--lines=loopback,50ms,20mbit] [--cases=first,second,lost,resumed] [--peers=NAME,…]
                          [--runs=3] [--scale=1.0] [--seed=1] [--write]

Every run has an account of its own, so nothing is emptied between two. The server keeps its mail where TMPDIR is and waits for
no disk. `--scale=0.1` takes a tenth of the messages. `--write` puts the tables into docs/performance.md.
"""
import argparse
import contextlib
import imaplib
import json
import os
import platform
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import peers  # noqa: E402
import sets  # noqa: E402

TOP = Path(os.environ['HAUL_SOURCE_DIR'])
PAGE = TOP / 'docs/performance.md'
BEGIN, END = '<!-- measured -->', '<!-- end of what was measured -->'
# Milliseconds one way, Mbit/s (0: no limit), part of the messages that is taken.
LINES = {'loopback': None, '50ms': (25, 0, 0.1), '20mbit': (25, 20, 0.02)}
CASES = ('first', 'second', 'lost', 'resumed')
MOST_FOR_SLOW_ONES = 300  # messages on a long line


class Line:
    """A long line to the server, or none."""

    def __init__(self, port, kind):
        self.port, self.kind, self.process = port, kind, None

    def __enter__(self):
        if self.kind:
            program = Path(os.environ['HAUL_BUILD_DIR']) / 'tests/bench/bench-line'
            self.process = subprocess.Popen([program, str(self.port), str(self.kind[0]), str(self.kind[1])], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
            self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.carried = {}
        if self.process:
            self.carried = json.loads(self.process.communicate()[0])


def count_on_server(user):
    with imaplib.IMAP4_SSL('localhost', int(os.environ['IMAPS_PORT']),
                           ssl_context=ssl.create_default_context(cafile=os.environ['IMAP_CA'])) as box:
        box.login(user, peers.PASSWORD)
        names = [line.split(b' "." ')[-1].split(b' "/" ')[-1].decode().strip('"') for line in box.list()[1] if b'\\Noselect' not in line]
        return sum(int(box.status(f'"{name}"', '(MESSAGES)')[1][0].split(b'MESSAGES ')[1].rstrip(b')')) for name in names)


class Bench:
    def __init__(self, options, place):
        self.options, self.place, self.n_users, self.results = options, Path(place), 0, []

    def make(self, name, part):
        mail = self.place / f'{name}-{part}'
        count = max(20, round(sets.SETS[name][0] * part * self.options.scale))
        return mail, *sets.make(name, mail, count, self.options.seed)

    def note(self, peer, cost, carried, **what):
        row = dict(what, peer=peer.name, seconds=round(cost.seconds, 3), cpu=round(cost.cpu, 3), memory=cost.memory, code=cost.code, **carried)
        self.results.append(row)
        print(f"{what['set']:6} {what['line']:9} {what['case']:8} {peer.name:19} {cost.seconds:8.2f} s "
              f"{what['count'] / cost.seconds:9.0f} msg/s {what['octets'] / cost.seconds / 1e6:7.1f} MB/s  cpu {cost.cpu:6.2f} s  "
              f"{cost.memory / 2**20:5.0f} MiB  {carried.get('turns', '')}", flush=True)

    def measure(self, peer, user, case, what):
        line_kind = LINES[what['line']]
        with Line(int(os.environ['IMAPS_PORT']), line_kind and line_kind[:2]) as line:
            peer.connect(line.port)
            cost = peer.run()
        self.note(peer, cost, line.carried, case=case, **what)
        found = count_on_server(user)
        if cost.code != 0 or found != what['count']:
            sys.exit(f"{peer.name}: exit {cost.code}, {found} of {what['count']} are there\n{cost.output[-2000:]}")
        return cost

    @contextlib.contextmanager
    def account(self, kind, mail):
        """A new one, and one of our programs that is made for it."""
        self.n_users += 1
        user = f'u{self.n_users}'
        with tempfile.TemporaryDirectory(dir=self.place, ignore_cleanup_errors=True) as place:
            os.chmod(place, 0o755)
            yield kind(mail, Path(place) / 'work', user), user
        for part in ('mail', 'home'):
            shutil.rmtree(Path(os.environ['IMAP_DIR']) / part / user, ignore_errors=True)

    def once(self, kind, mail, **what):
        cases = [case for case in self.options.cases if case in kind.cases] if what['line'] == 'loopback' else ['first']
        with self.account(kind, mail) as (peer, user):
            seconds = self.measure(peer, user, 'first', what).seconds
            if 'second' in cases:
                self.measure(peer, user, 'second', what)
            if 'lost' in cases:
                peer.forget()
                self.measure(peer, user, 'lost', what)
        if 'resumed' in cases:
            with self.account(kind, mail) as (peer, user):
                peer.connect(int(os.environ['IMAPS_PORT']))
                peer.run_half(seconds / 2)
                self.measure(peer, user, 'resumed', what)

    def run(self):
        wanted = [kind for kind in peers.find() if not self.options.peers or kind.name in self.options.peers]
        for line in self.options.lines:
            for name in self.options.sets:
                part = LINES[line][2] if LINES[line] else 1
                made = {part: self.make(name, part)}
                if LINES[line] and made[part][1] > MOST_FOR_SLOW_ONES:
                    made['few'] = self.make(name, part * MOST_FOR_SLOW_ONES / made[part][1])
                for _ in range(self.options.runs):
                    for kind in wanted:
                        mail, count, octets = made['few' if 'few' in made and kind.is_slow else part]
                        self.once(kind, mail, set=name, line=line, count=count, octets=octets)
                for mail, *_ in made.values():
                    shutil.rmtree(mail)


def medians(results):
    """(line, set, case, peer): the medians of its runs."""
    groups = {}
    for row in results:
        groups.setdefault((row['line'], row['set'], row['case'], row['peer']), []).append(row)
    return {key: {name: statistics.median(row[name] for row in rows) for name in rows[0] if isinstance(rows[0][name], (int, float))}
            for key, rows in groups.items()}


HEAD = """| program | run | messages | seconds | messages/s | MB/s | Mailhaul is faster by | processor s | memory MiB | sent MB | round trips |
| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |
"""


def one_row(peer, case, cost, ours):
    rate = cost['count'] / cost['seconds']
    factor = f"{ours['count'] / ours['seconds'] / rate:.2f}" if ours else ''
    carried = f"{cost['up'] / 1e6:.1f} | {cost['turns']:.0f}" if 'up' in cost else '|'
    return (f"| {peer} | {case} | {cost['count']:,.0f} | {cost['seconds']:.2f} | {rate:,.0f} | {cost['octets'] / cost['seconds'] / 1e6:.1f} | "
            f"{factor} | {cost['cpu']:.2f} | {cost['memory'] / 2**20:.0f} | {carried} |\n")


def tables(results):
    costs = medians(results)
    text = ''
    for line, name in dict.fromkeys(key[:2] for key in costs):
        text += f'### {name}, {line}\n\n{HEAD}'
        for (_, _, case, peer), cost in ((key, cost) for key, cost in costs.items() if key[:2] == (line, name)):
            text += one_row(peer, case, cost, costs.get((line, name, case, 'Mailhaul')))
        text += '\n'
    return text


def machine():
    model = next((line.split(':')[1].strip() for line in Path('/proc/cpuinfo').read_text().splitlines() if line.startswith('model name')), '?')
    version = subprocess.run(['dovecot', '--version'], capture_output=True, text=True, env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin'}).stdout.split()[0]
    return f'{os.cpu_count()} processors ({model}), {platform.release()}, Dovecot {version}, mail on tmpfs; {time.strftime("%Y-%m-%d")}'


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    several = lambda text: text.split(',')  # noqa: E731
    parser.add_argument('--sets', type=several, default=list(sets.SETS))
    parser.add_argument('--lines', type=several, default=list(LINES))
    parser.add_argument('--cases', type=several, default=list(CASES))
    parser.add_argument('--peers', type=several, default=[])
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--scale', type=float, default=1.0)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--write', action='store_true')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='haul-bench.', ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        bench = Bench(options, place)
        bench.run()
    text = f'{machine()}. Medians of {options.runs} runs, in turns.\n\n{tables(bench.results)}'
    print('\n' + text)
    if options.write:
        page = PAGE.read_text()
        PAGE.write_text(page[:page.index(BEGIN) + len(BEGIN)] + '\n\n' + text + page[page.index(END):])


main()
