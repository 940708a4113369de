#!/usr/bin/python3
"""./dev fault: breaks runs off at named points, on many servers, and counts the messages afterwards.

SPDX-License-Identifier: GPL-3.0-or-later

    fault.py [N]              N points over all servers, with a printed seed; what was broken off goes on
    fault.py random N         N kills at any moment, each followed by an instant restart
    fault.py double N         N times a fault in the recovery from a fault
    fault.py memory N         N times memory runs out
    fault.py others N         N times somebody else does something meanwhile
    fault.py every            each step of a run, on each server (each n-th with --stride=N; rungs.py says what is usual)
    fault.py full             the whole matrix: every, and 5,000 random, 600 double, 500 memory, 500 others, 3,000 chosen ones
    fault.py point KEY...     these points
    fault.py table            the table of docs/reliability.md from the results, written there with --write
    fault.py test N           a test, TAP

    --seed=S  --results=FILE  --workers=N (2)  --servers=NAME,NAME  --seconds=N (for each server)  --fresh
"""
import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get('HAUL_SOURCE_DIR', Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.setdefault('HAUL_BUILD_DIR', str(TOP / 'build-fault')))

import arena  # noqa: E402
import oracle  # noqa: E402
import results  # noqa: E402
import rungs  # noqa: E402

MODES = ('random', 'double', 'memory', 'others', 'every')
PART_OF_FULL = {'random': 5000, 'double': 600, 'memory': 500, 'others': 500, 'points': 3000}
PAGE = TOP / 'docs/reliability.md'
BEGIN, END = '<!-- table -->', '<!-- end of table -->'


def run_server(place, mode, options, count=0, **more):
    """Starts what is needed for one server; FALSE: something broke. None: the server cannot be had here."""
    job = dict(server=place.name, mode=mode, count=count, seed=options.seed, results=str(options.results), workers=options.workers,
               preload=str(BUILD / 'tests/fault/libfault-memory.so'), **more)
    if options.seconds:
        job['seconds'] = options.seconds
    command = ['/usr/bin/python3', str(Path(__file__).with_name('serve.py')), json.dumps(job)]
    if place.start:
        run = subprocess.run([TOP / place.start[0], *command], env={**arena.environment(place), 'SKIP_STATUS': '77'}, stdin=subprocess.DEVNULL)
    else:
        run = subprocess.run(command, stdin=subprocess.DEVNULL)
    return None if run.returncode == 77 else run.returncode == 0


def shares(places, count):
    """How many points each server gets."""
    total = sum(place.weight for place in places)
    wanted = {place.name: int(count * place.weight / total) for place in places}
    for place in places[:count - sum(wanted.values())]:
        wanted[place.name] += 1
    return wanted


def run_mode(mode, places, options, count):
    is_well = True
    for place in places:
        share = shares(places, count)[place.name] if mode != 'every' else 1
        if share:
            answer = run_server(place, mode, options, share, **({'stride': options.stride or place.stride} if mode == 'every' else {}))
            is_well = is_well and answer is not False
            if answer is None:
                print(f'{place.name} cannot be had here', flush=True)
    return is_well


def remember_seed(options, mode, count):
    """The same seed until a run was finished."""
    path = options.results.with_suffix('.run')
    if options.seed is None and path.exists():
        old = json.loads(path.read_text())
        if old['mode'] == mode and old['count'] == count:
            options.seed = old['seed']
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(10**6))
    path.write_text(json.dumps({'mode': mode, 'count': count, 'seed': options.seed}))
    return path


def write_table(options):
    found, gaps = results.load(options.results)
    text = results.line(found)[0]
    tables = ''
    for title, is_real in (('Real servers', True), ('The scripted server', False)):
        some = [result for result in found if bool(rungs.BY_NAME[result['server']].start) == is_real]
        tables += f'### {title}\n\n{results.table(some)}\n\n' if some else ''
    made = f'{BEGIN}\n\n{tables}**{text}.**{results.instant(gaps)}\n\n{END}'
    if not options.write:
        print(made)
        return 0
    page = PAGE.read_text()
    PAGE.write_text(page[:page.index(BEGIN)] + made + page[page.index(END) + len(END):])
    return 0


def select(options):
    names = options.servers.split(',') if options.servers else [place.name for place in rungs.PLACES]
    if not options.servers:
        for place in rungs.PLACES:
            if place.is_open:
                print(f'# not run: {place.name}: {place.is_open}')
        names = [name for name in names if not rungs.BY_NAME[name].is_open]
    return [rungs.BY_NAME[name] for name in names]


def report(options):
    found = results.load(options.results)[0]
    mine = [result for result in found if result.get('seed') == options.seed]
    text, n_bad = results.line(mine)
    print(text)
    return 1 if n_bad else 0


def test(options, count):
    """For ./dev test: some points on each server, in the build with sanitizers."""
    options.seed = options.seed or os.environ.get('HAUL_FAULT_SEED') or str(random.SystemRandom().randrange(10**6))
    print(f'# seed {options.seed}: HAUL_FAULT_SEED repeats it')
    places, n, n_bad = select(options), 1, 0
    print('ok 1 - what is lost, twice, altered or left over is seen' if oracle.sees() else 'not ok 1 - the oracle is blind')
    for place in places:
        before = len(results.load(options.results)[0])
        answer = run_server(place, 'points', options, shares(places, count)[place.name])
        found = results.load(options.results)[0][before:]
        n += 1
        text, bad = results.line(found)
        bad += answer is False
        n_bad += bad > 0
        print(f"{'not ok' if bad else 'ok'} {n} - {place.name}: {text}" + (' # SKIP it cannot be had here' if answer is None else ''), flush=True)
    print(f'1..{n}')
    return 1 if n_bad else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('what', nargs='*')
    parser.add_argument('--seed')
    parser.add_argument('--results', type=Path, default=BUILD / 'fault-results.jsonl')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--servers', default='')
    parser.add_argument('--seconds', type=float, default=0)
    parser.add_argument('--stride', type=int, default=0)
    parser.add_argument('--write', action='store_true')
    parser.add_argument('--fresh', action='store_true', help='forgets the results so far')
    options = parser.parse_args()
    what = options.what or ['500']
    if options.fresh:
        options.results.unlink(missing_ok=True)
    if what[0] == 'table':
        return write_table(options)
    if what[0] == 'test':
        return test(options, int(what[1]))
    if what[0] == 'point':
        options.seed = 'point'
        for place in rungs.PLACES:
            keys = [key for key in what[1:] if key.split('@')[0] == place.name]
            if keys:
                run_server(place, 'keys', options, keys=keys)
        return report(options)
    mode = what[0] if what[0] in MODES + ('full',) else 'points'
    count = int(what[-1]) if what[-1].isdigit() else 0
    path = remember_seed(options, mode, count)
    print(f'seed {options.seed}; results in {options.results}', flush=True)
    places = select(options)
    if mode == 'full':
        is_well = run_mode('every', places, options, 0)
        for part, n in PART_OF_FULL.items():
            is_well = run_mode(part, places, options, n) and is_well
    else:
        is_well = run_mode(mode, places, options, count)
    if is_well:
        path.unlink()
    return report(options) or (0 if is_well else 1)


if __name__ == '__main__':
    sys.exit(main())
