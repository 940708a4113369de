"""A run that breaks once, at each command: it goes on by itself, is complete, and leaves nothing behind.

SPDX-License-Identifier: GPL-3.0-or-later

    breaks.py DRIVER PART      once: each command but APPEND, before and after it was carried out; move: MOVE is answered with BAD
"""
import random

from mischieftest import *

DRIVER, PART = sys.argv[1], sys.argv[2]
FIRST = 1066384800
TARGET = 'Archiv/letters'
os.environ['HAUL_FAULT_HOLD_MS'] = '30'
os.environ.setdefault('IMAPS_PORT', '1')
# Personality, whether the mailbox is there before, the rung.
KINDS = [('conforming', False, 'R1'), ('conforming', True, 'R1'), ('no-move', False, 'R2'), ('no-move', True, 'R3'), ('no-create', True, 'R4')]
# A server that does not even let us in is not asked again and again.
NOT_YET_IN = ('CAPABILITY', 'LOGIN', 'AUTHENTICATE', 'STARTTLS')
tap = Tap()


def make_texts(n):
    return [message(i - 1 if i % 5 == 4 else i, 'breaks', 300) for i in range(n)]


def write_mbox(path, texts):
    with open(path, 'wb') as file:
        for i, text in enumerate(texts):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
            file.write(b'From anna@example.org ' + date + b'\n' + text + b'\n')


def copy(place, world):
    process = subprocess.run([DRIVER, 'copy', place / 'state', USER, place / 'letters', f'port={world.port}', 'into=Archiv'],
                             input=PASSWORD.encode() + b'\n', capture_output=True, timeout=120)
    return Run(process.args, process.returncode, process.stdout.decode(), process.stderr.decode('utf-8', 'replace'))


def prepare(world, place, personality, is_there, texts):
    world.reset(personality)
    write_mbox(place / 'letters', texts)
    for name in ('Archiv', TARGET) if is_there else ():
        world.ask('fill', mailbox=name)


def look(world):
    found = world.contents(as_sent=True)
    return (Counter(digest for name, box in found.items() if 'Mailhaul-' not in name for digest, _, _ in box.elements()),
            [name for name in found if 'Mailhaul-' in name])


def judge(run, world, texts, what, is_there, notes=False):
    wanted = Counter(hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest() for text in texts)
    got, ours = look(world)
    tap.equal((got - wanted, wanted - got, ours), (Counter(), Counter(), []), f'{what}: exact, nothing left over', run)
    if run.code or not run.out.startswith('{'):
        tap.check(False, f'{what}: there is a report', run)
        return
    said = [row.get('note') for row in run.json['folders'] if row.get('note')]
    tap.equal((run.json['verdict'], bool(said)), ('complete', notes), f'{what}: complete, {"with a note" if notes else "without a note"}', run)
    if not is_there:
        subscribed = world.ask('dump', messages=False)['subscribed']
        tap.check(TARGET in subscribed, f'{what}: the mailbox is shown', f'{subscribed}\n{run}')


def list_breaks(world):
    """[(step, n)] of a run that was not disturbed."""
    steps = world.steps()
    return [(f'{verb}:{moment}', n) for verb in {step.partition(':')[0] for step in steps if step.endswith(':before')}
            for moment in ('before', 'done') for n in range(1, steps.get(f'{verb}:{moment}', 0) + 1)
            if verb not in ('APPEND', 'LOGOUT', *NOT_YET_IN)]


def part_once(world):
    seed = int(os.environ.get('SEED', time.time()))
    print(f'# seed {seed}')
    texts = make_texts(11)
    for personality, is_there, rung in KINDS:
        with folder('breaks') as place:
            prepare(world, place, personality, is_there, texts)
            run = copy(place, world)
            judge(run, world, texts, f'{rung}, undisturbed', is_there)
            tap.equal(run.json['rung'], rung, f'{rung}, undisturbed: by this rung', run)
            breaks = list_breaks(world)
        random.Random(seed).shuffle(breaks)
        for at, n in breaks[:int(os.environ.get('HAUL_TEST_BREAKS', 25))]:
            what = f'{rung}{", there" if is_there else ""}, a break at {at} {n}'
            with folder('breaks') as place:
                prepare(world, place, personality, is_there, texts)
                world.arm(at, n=n, act=random.choice(['fin', 'rst']))
                run = copy(place, world)
                tap.equal(world.ask('disarm')['hits'][0][3], 1, f'{what}: happened', run)
                judge(run, world, texts, what, is_there)


def part_move(world):
    """The server has MOVE, and calls it a mistake."""
    texts = make_texts(11)
    for what, n, times, rung in (('always', 1, 1000, 'R3'), ('but for the first', 2, 1000, 'R3'), ('once', 2, 1, 'R1')):
        with folder('breaks') as place:
            prepare(world, place, 'conforming', False, texts)
            world.arm('UID MOVE:before', n=n, act='bad', times=times)
            run = copy(place, world)
            tap.check(world.ask('disarm')['hits'][0][3] <= 2, f'MOVE is BAD {what}: it is not tried again and again', run)
            judge(run, world, texts, f'MOVE is BAD {what}', False, notes=rung == 'R3')
            tap.equal(run.json['rung'], rung, f'MOVE is BAD {what}: {rung}', run)


def main():
    with Server() as server:
        globals()['part_' + PART](server.world('breaks', user=USER, password=PASSWORD))
    tap.done()


main()
