"""All points of one server, by some workers side by side. Started by fault.py, beneath the server's with- script.

SPDX-License-Identifier: GPL-3.0-or-later

    serve.py '{"server": NAME, "mode": MODE, "count": N, "seed": S, "results": FILE, "workers": 2, ...}'
"""
import itertools
import json
import os
import sys
import time
import traceback


import arena  # first: it says where the others are
import actors
import corpora
import points
import rungs
from runner import Runner

SMALL = ('mixed', 'mixed', 'unique', 'twins', 'identical', 'no-id', 'same-id', 'attributes', 'tiny', 'big', 'commands', 'eight-bit',
         'nul', 'headless', 'folders')


class Work:
    def __init__(self, job):
        self.job, self.place = job, rungs.BY_NAME[job['server']]
        self.corpora = [name for name in SMALL if name not in self.place.unfit]

    # Which points.

    def choose(self, runner, number):
        """Points without end for one worker; the seed and its number decide."""
        mode, chooser = self.job['mode'], points.Chooser(self.place, f"{self.job['seed']}/{number}")
        dice = chooser.dice
        while True:
            corpus, connections = dice.choice(self.corpora), dice.choice((1, 1, 1, 1, 2, 3))
            if mode == 'random':
                yield chooser.random_kills(self.place.random, connections)
                continue
            if mode == 'memory':
                yield points.Point(self.place.name, corpus, connections, 'instant', (points.Fault('m', str(dice.randint(1, 999)), 'abort'),), 'F32')
                continue
            if mode == 'others':
                yield actors.choose(dice, self.place, runner, 'mixed')
                continue
            steps = runner.measure(corpus, connections)[0]
            which = dice.random()
            if mode == 'double' or which < 0.1:
                yield chooser.double(corpus, connections, steps)
            elif which < 0.25:
                places = runner.measure(corpus, 1, True)[2]
                yield chooser.counted('p', corpus, 1, places, points.PROXY)
            elif which < 0.4 and not self.place.start:
                at_server = runner.measure(corpus, 1)[3]
                yield chooser.counted('s', corpus, 1, at_server, points.SCRIPTED)
            else:
                yield chooser.client(corpus, connections, steps)

    def every(self, runner, number):
        """Each step of a run with the mixed corpus (each n-th with "stride")."""
        steps = runner.measure('mixed', 1)[0]
        chooser = points.Chooser(self.place, 0)
        wanted = itertools.islice(chooser.every('mixed', 1, steps), 0, None, self.job.get('stride', 1))
        return itertools.islice(wanted, number, None, self.job['workers'])

    # Carrying them out.

    def keep(self, result):
        line = json.dumps({**result, 'mode': self.job['mode'], 'seed': self.job['seed']}) + '\n'
        fd = os.open(self.job['results'], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(fd, line.encode())
        os.close(fd)

    def attempt(self, runner, point):
        try:
            result = runner.carry_out(point)
        except Exception:
            result = {'key': str(point), 'server': point.server, 'point': point.point, 'kind': point.faults[0].kind, 'hits': 0,
                      'faults': len(point.faults), 'broken': traceback.format_exc(), 'wrong': ['the harness broke']}
        if result['wrong']:
            print(f"\nBAD {result['key']}: {'; '.join(result['wrong'])[:700]}\n    {result.get('broken', result.get('said', ''))}\n"
                  f"    again: ./dev fault point '{result['key']}'", flush=True)
        return result

    def labour(self, number, done):
        runner = Runner(arena.make(self.place), self.job.get('preload', ''))
        try:
            if 'keys' in self.job:
                for key in self.job['keys'][number::self.job['workers']]:
                    self.keep(self.attempt(runner, points.parse(key)))
            elif self.job['mode'] == 'every':
                for point in self.every(runner, number):
                    if str(point) not in done:
                        self.keep(self.attempt(runner, point))
            else:
                count = self.job['count'] // self.job['workers'] + (number < self.job['count'] % self.job['workers'])
                self.run_chosen(runner, number, count, done)
        finally:
            if runner.gaps:
                self.keep({'gaps_ms': [round(gap * 1000, 1) for gap in runner.gaps], 'server': self.place.name})
            runner.close()
            runner.arena.close()

    def run_chosen(self, runner, number, count, done):
        """COUNT faults that happened: a point that was not reached does not count."""
        chosen, reached, tried = self.choose(runner, number), 0, 0
        end = time.monotonic() + self.job.get('seconds', 1e9)
        while reached < count and tried < 3 * count + 20 and time.monotonic() < end:
            point = next(chosen)
            if point is None:
                continue
            tried += 1
            if str(point) in done:
                reached += done[str(point)]
                continue
            result = self.attempt(runner, point)
            reached += result['hits'] if self.job['mode'] == 'random' else bool(result['hits'])
            self.keep(result)


def read_done(job):
    """{key: hits} of what was carried out before."""
    done = {}
    try:
        lines = open(job['results']).read().splitlines()
    except OSError:
        return done
    for line in lines:
        result = json.loads(line)
        if result.get('server') == job['server'] and result.get('mode') == job['mode'] and result.get('seed') == job['seed'] and 'key' in result:
            done[result['key']] = result['hits'] if job['mode'] == 'random' else int(bool(result['hits']))
    return done


def main():
    job = json.loads(sys.argv[1])
    work, done, pids = Work(job), read_done(job), []
    for number in range(job['workers']):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work.labour(number, done)
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        pids.append(pid)
    codes = [os.waitpid(pid, 0)[1] for pid in pids]
    sys.exit(1 if any(codes) else 0)


if __name__ == '__main__':
    main()
