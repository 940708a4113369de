"""A connection that breaks over a message: the run goes on by itself, by the rung it began with, and is complete.

SPDX-License-Identifier: GPL-3.0-or-later

    appends.py DRIVER PART     once: the connection breaks once; twice: it does so again, over another message;
                               told: the server tells UIDs that are not the messages', and the connection breaks or not
"""
import random

from mischieftest import *

DRIVER, PART = sys.argv[1], sys.argv[2]
FIRST = 1066384800
N = 30
os.environ['HAUL_FAULT_HOLD_MS'] = '30'
os.environ.setdefault('IMAPS_PORT', '1')
# Personality, whether the mailbox is there before, the rung.
KINDS = [('no-move', False, 'R2'), ('no-move', True, 'R3'), ('no-move:no-rename', False, 'R3'), ('no-move:no-uidplus', False, 'R2'),
         ('courier-like', False, 'R2'), ('courier-like', True, 'R3'), ('no-create', True, 'R4'), ('conforming', False, 'R1')]
STEPS = ('APPEND:stored', 'APPEND:stored', 'APPEND:crlf', 'APPEND:middle', 'APPEND:replied', 'APPEND:before')
ACTS = {'rst': {}, 'fin': {}, 'token': {}, 'bye': {}, 'restart': {'how': 'rst', 'ms': 60}}
tap = Tap()


def make_texts():
    """Every fifth the same again."""
    return [message(i - 1 if i % 5 == 4 else i, 'appends', 300) for i in range(N)]


def write_mbox(path, texts):
    with open(path, 'wb') as file:
        for i, text in enumerate(texts):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
            file.write(b'From anna@example.org ' + date + b'\n' + text + b'\n')


def copy(place, world):
    process = subprocess.run([DRIVER, 'copy', place / 'state', USER, place / 'letters', f'port={world.port}', 'into=Archiv'],
                             input=PASSWORD.encode() + b'\n', capture_output=True, timeout=120)
    return Run(process.args, process.returncode, process.stdout.decode(), process.stderr.decode('utf-8', 'replace'))


def try_one(world, kind, faults, **switches):
    personality, is_there, rung = kind
    what = f'{personality}{", the mailbox is there" if is_there else ""}, ' + ', '.join([f'{act} at {at} {n}' for at, n, act in faults] + [f'{name} {value}' for name, value in switches.items()])
    texts = make_texts()
    wanted = Counter(hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest() for text in texts)
    with folder('appends') as place:
        world.reset(personality, **switches)
        write_mbox(place / 'letters', texts)
        for name in ('Archiv', 'Archiv/letters') if is_there else ():
            world.ask('fill', mailbox='INBOX.' + name.replace('/', '.') if personality == 'courier-like' else name)
        for at, n, act in faults:
            world.arm(at, n=n, act=act, **ACTS[act])
        run = copy(place, world)
        hits = world.ask('disarm')['hits']
        tap.check(all(hit[3] == 1 for hit in hits), f'{what}: happened', f'{hits}\n{run}')
        found = world.contents(as_sent=True)
        got = Counter(digest for name, box in found.items() if 'Mailhaul-' not in name for digest, _, _ in box.elements())
        ours = [name for name in found if 'Mailhaul-' in name]
        tap.equal((got - wanted, wanted - got, ours), (Counter(), Counter(), []), f'{what}: exact, nothing left over', run)
        is_told = run.code == 0 and run.out.startswith('{')
        tap.check(is_told and run.json['verdict'] == 'complete' and run.json['rung'] == rung, f'{what}: complete in one run, by {rung}', run)


def main():
    seed = int(os.environ.get('SEED', time.time()))
    print(f'# seed {seed}')
    dice = random.Random(seed)
    with Server() as server:
        world = server.world('appends', user=USER, password=PASSWORD)
        for kind in KINDS:
            if PART == 'told':
                for faults in ([], [('APPEND:stored', 7, 'rst')]):
                    try_one(world, kind, faults, appenduid='wrong_uid')
                continue
            # The seventh is found in the generation that is sealed.
            fixed = [('APPEND:stored', 7, 'rst')]
            if PART == 'once':
                some = [[(dice.choice(STEPS), dice.randint(1, N), act)] for act in ACTS]
                chosen = [fixed, *some]
            else:
                chosen = [fixed + [(dice.choice(STEPS), dice.randint(9, N - 2), dice.choice(list(ACTS)))] for _ in range(3)]
            for faults in chosen:
                try_one(world, kind, faults)
    tap.done()


main()
