"""Carries out a point: breaks, starts again until a run ends undisturbed, counts.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import actors
import corpora
import oracle
import points
from arena import PASSWORD, Way
from haultest import SPOKEN, find_secrets, manifest
from program import Program

RUNS_MAX = 8
DELAY = 0.15
ANSWER_MS = 1000  # where an answer is lost, it is not waited for long
FINE = (0, 3)  # 3: some messages were not copied, and are named


class Runner:
    """One worker's: an arena, a folder in memory, what undisturbed runs look like."""

    def __init__(self, arena, preload=''):
        self.arena, self.preload, self.allocations = arena, preload, {}
        self.dir = Path(tempfile.mkdtemp(prefix='haul-fault.', dir='/dev/shm' if Path('/dev/shm').is_dir() else None))
        self.sources, self.clean = {}, {}
        self.way = None
        self.gaps = []  # seconds between an end and an instant restart

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        if self.way:
            self.way.close()

    def source(self, corpus):
        if corpus not in self.sources:
            path = self.dir / f'source-{corpus}' / 'Inbox'
            expected = corpora.write(corpora.CORPORA[corpus](), path)
            self.sources[corpus] = path, expected, manifest(path)
        return self.sources[corpus]

    def program(self, place, corpus, connections, through_way=False):
        account = self.arena.account()
        if through_way:
            self.way = self.way or Way(self.arena)
            self.way.reset()
            account['server'] = f'localhost:{self.way.port}'
        return Program(place, account, self.source(corpus)[0], connections)

    def measure(self, corpus, connections, through_way=False):
        """An undisturbed run: (its steps, seconds, places on the way, the scripted server's steps)."""
        key = corpus, connections, through_way
        if key not in self.clean:
            with tempfile.TemporaryDirectory(dir=self.dir) as place:
                self.arena.begin()
                run = self.program(place, corpus, connections, through_way).run()
                at_server = self.arena.world.steps() if hasattr(self.arena, 'world') else {}
                places = self.way.places() if through_way else {}
                wrong = self.judge(corpus, place, [run])
                if wrong['wrong']:
                    raise RuntimeError(f'an undisturbed run goes wrong on {self.arena.place.name} with {corpus}: {wrong}\n{run.err}\n{run.out}')
                self.clean[key] = run.steps, run.seconds, places, at_server
                self.arena.end()
        return self.clean[key]

    def count_allocations(self, corpus):
        if corpus not in self.allocations:
            with tempfile.TemporaryDirectory(dir=self.dir) as place:
                path, user = Path(place, 'allocations'), self.arena.begin().account()
                Program(place, user, self.source(corpus)[0]).run(more={'LD_PRELOAD': self.preload, 'HAUL_FAULT_ALLOCATIONS': str(path)})
                self.allocations[corpus] = int(path.read_text())
        return self.allocations[corpus]

    # A point.

    def carry_out(self, point):
        self.measure(point.corpus, point.connections, any(f.where == 'p' for f in point.faults))
        if point.faults[0].where == 'm':
            self.count_allocations(point.corpus)
        place = Path(tempfile.mkdtemp(dir=self.dir))
        began = time.monotonic()
        self.arena.begin()
        program = self.program(place, point.corpus, point.connections, any(f.where == 'p' for f in point.faults))
        runs, others = [], actors.Actors(self.arena, program, point.corpus)
        for fault in point.faults:
            runs.append(self.disturb(program, point, fault, others))
            if point.restart == 'delay':
                time.sleep(DELAY)
        while (runs[-1].code not in FINE or len(runs) == len(point.faults)) and len(runs) < RUNS_MAX + len(point.faults):
            if runs[-1].code == 69:  # another worker's fault may be the server's end
                time.sleep(0.3)
            runs.append(program.run(prefix=actors.prefix(point.restart)))
        if point.restart == 'instant':
            self.gaps += [later.started - run.ended for run, later in zip(runs, runs[1:])]
        hits = sum(self.was_hit(run, fault) for run, fault in zip(runs, point.faults))
        result = self.judge(point.corpus, place, runs, others)
        self.allow(result, point)
        result.update(key=str(point), server=point.server, point=point.point, kind=points.name_kind(point), hits=hits, faults=len(point.faults), codes=[run.code for run in runs],
                      seconds=round(time.monotonic() - began, 3))
        if result['wrong']:
            result['said'] = [run.err[-600:] for run in runs]
        self.arena.end()
        shutil.rmtree(place, ignore_errors=True)
        return result

    def disturb(self, program, point, fault, others):
        if fault.kind.startswith('hold:'):
            return others.hold(int(fault.place), fault.kind.partition(':')[2])
        if fault.where == 'c':
            return program.run(int(fault.place), fault.kind)
        if fault.where == 't':
            running = program.start()
            time.sleep(self.measure(point.corpus, point.connections)[1] * int(fault.place) / 1000)
            os.kill(running.process.pid, signal.SIGKILL)
            return running.wait()
        if fault.where == 'm':
            k = max(1, self.count_allocations(point.corpus) * int(fault.place) // 1000)
            return program.run(more={'LD_PRELOAD': self.preload, 'HAUL_FAULT_ALLOCATION': str(k)})
        name, _, n = fault.place[1:].rpartition('/')
        if fault.where == 'p':
            more = {'how': 'rst', 'ms': 60} if fault.kind == 'late' else {}
            self.way.arm(at=name.replace('_', ' '), n=int(n), act=fault.kind, **more)
            return program.run(more={'HAUL_FAULT_ANSWER_MS': str(ANSWER_MS)})
        more = {'restart': {'how': 'rst', 'ms': 40}, 'partial': {'octets': 12}}.get(fault.kind, {})
        self.arena.world.arm(name.replace('_', ' '), n=int(n), act=fault.kind, **more)
        return program.run()

    def was_hit(self, run, fault):
        if fault.where == 'c':
            return len(run.steps) >= int(fault.place)
        if fault.where in 'tm':
            return run.code == (137 if fault.where == 't' else 134)
        return True if fault.where == 'p' else any(self.arena.world.ask('steps')['hits'])

    # What came of it.

    def allow(self, result, point):
        """What was said beforehand (rungs.py): some messages are there twice, no more than this."""
        most = len(point.faults) * point.connections if self.arena.place.promise == 'bound' else 0
        if 0 < result['duplicated'] <= most and not result['lost'] + result['altered'] + result['left']:
            result['bound'], result['duplicated'] = result['duplicated'], 0
            result['wrong'] = [word for word in result['wrong'] if 'too many' not in word]

    def compare(self, got, expected, others):
        if others is not None:
            got, expected = others.adjust(got, expected)
        if self.arena.place.flat:
            expected = {name.replace('/', '-'): messages for name, messages in expected.items()}
        return oracle.compare(got, expected, self.arena.place.dates)

    def judge(self, corpus, place, runs, others=None):
        source, expected, before = self.source(corpus)
        self.arena.settle()
        counts, words = self.compare(self.arena.look(), expected, others)
        again = self.arena.look_again()
        if again is not None:
            other, other_words = self.compare(again, expected, others)
            if other != counts:
                words += ['in its files: ' + word for word in other_words] + ['the two looks differ']
                counts = {name: max(n, other[name]) for name, n in counts.items()}
        if runs[-1].code != 0 and not (others and others.may_lack and runs[-1].code == 3):
            words.append(f'the last run ended with {runs[-1].code}')
        if others is not None:
            words += others.words
            source, before = others.source, others.before or before
        if manifest(source) != before and not (others and others.source != self.source(corpus)[0] and others.before is None):
            words.append('the source was changed')
        SPOKEN.clear()
        secrets = [hit for hit in find_secrets([PASSWORD], place) if '/password:' not in hit]
        words += [f'the password lies around: {hit}' for hit in secrets[:3]]
        words += [f'a sanitizer spoke: {run.err[-800:]}' for run in runs if 'Sanitizer' in run.err or 'runtime error:' in run.err]
        return {**counts, 'wrong': words}
