"""The engine against every personality: what it says of the copy is true, and nothing is there twice.

SPDX-License-Identifier: GPL-3.0-or-later

    engine.py DRIVER PART      kinds: each personality, undisturbed; faults: some of them, with faults at the server

Of servers that rewrite messages, what was sent counts. Where a copy is complete at once stands in COMPLETE; elsewhere it may be refused, or
may leave messages out, as long as the report says so.
"""
import random

from mischieftest import *

DRIVER, PART = sys.argv[1], sys.argv[2]
FIRST = 1066384800
# On these a copy is complete in the first run, by this rung.
COMPLETE = {'R1': ['conforming', 'late', 'late:answered', 'late:minute', 'late:orphans', 'late:login', 'late:deleted', 'late:recreate', 'late:follow',
                   'no-uidplus', 'no-literal-plus', 'exchange-2016', 'exchange-2016:throttled', 'exchange-online:basic',
                   'exchange-online:throttled', 'exchange-online:token', 'exchange-online:search', 'yahoo-like', 'gmail', 'liar:appenduid-swapped',
                   'liar:appenduid-validity', 'liar:appenduid-zero', 'liar:appenduid-none', 'liar:copyuid-swapped', 'liar:copyuid-shuffled', 'liar:copyuid-validity',
                   'liar:uidnext', 'liar:uidnext-low', 'liar:uidnext-zero', 'liar:uidvalidity-reconnect'],
            'R2': ['no-move', 'no-move:no-uidplus', 'courier-like', 'exchange-5.5', 'exchange-2003', 'exchange-2003:zh', 'exchange-2010',
                   'exchange-2010:rtm', 'minimal-rfc3501', 'minimal-rfc3501:lower', 'minimal-rfc3501:quiet',
                   'hmailserver'],
            'R3': ['move-in-both', 'no-move:no-rename', 'liar:move-nowhere', 'liar:move-loses'],
            'R4': ['no-create', 'no-create:no-move']}
# The same with a switch of its own: the name it goes by, the personality, the switches, the rung.
SWITCHED = [('wrong COPYUID', 'conforming', {'copyuid': 'wrong_uid'}, 'R1'),
            ('wrong COPYUID at times', 'conforming', {'copyuid': 'wrong_uid', 'lie_when': {'every': 2}}, 'R1'),
            ('shuffled COPYUID, COPY', 'move-in-both', {'copyuid': 'shuffled'}, 'R3'),
            ('answered long before', 'conforming', {'late': {'who': 'answered', 'ms': [700, 1500]}}, 'R1'),
            ('answered long before, no APPENDUID', 'no-uidplus', {'late': {'who': 'answered', 'ms': [700, 1500]}}, 'R1'),
            ('UIDNEXT too high, COPY', 'move-in-both', {'uidnext_lie': 7}, 'R3'),
            ('UIDNEXT too high, direct', 'no-create', {'uidnext_lie': 7}, 'R4')]
RUNG = {name: rung for rung, names in COMPLETE.items() for name in names}
# What the engine gets wrong: a name goes from here when it is mended.
WRONG = {}
# Signing in cannot succeed there.
CLOSED = ['exchange-2010:not-connected', 'exchange-2016:admin', 'exchange-5.5:referral', 'exchange-online', 'exchange-online:not-connected']
PATIENT = ['gmail:budget']  # waits for tomorrow; of those that wish us ill some keep us waiting as well: tests/servers/hostile.py
FAULTS = [('APPEND:stored', 7, 'rst', {}), ('APPEND:crlf', 9, 'fin', {'late': {'ms': 1500}}), ('APPEND:crlf', 9, 'rst', {'late': {'when': 'login', 'ms': 20}}),
          ('APPEND:crlf', 4, 'fin', {'late': {'when': 'delete'}}), ('APPEND:last', 9, 'fin', {}), ('APPEND:middle', 3, 'bye', {}),
          ('APPEND:replied', 12, 'fin', {}), ('APPEND:stored', 11, 'restart', {'how': 'rst', 'ms': 300}), ('APPEND:plus', 5, 'throttle', {'ms': 700, 'close': True}),
          ('APPEND:stored', 5, 'token', {}), ('UID MOVE:before', 1, 'fin', {}), ('MOVE:copied', 1, 'fin', {}), ('MOVE:copied', 13, 'rst', {}),
          ('MOVE:expunged', 5, 'fin', {}), ('UID MOVE:done', 1, 'rst', {}), ('CREATE:done', 2, 'fin', {}), ('FETCH:row', 3, 'fin', {}),
          ('DELETE:done', 1, 'fin', {}), ('EXAMINE:done', 1, 'rst', {}), ('APPEND:stored', 7, 'no', {})]
SOUND = ['conforming', 'late', 'late:login', 'late:deleted', 'late:recreate', 'late:follow', 'no-uidplus', 'move-in-both', 'yahoo-like',
         'liar:appenduid-none', 'liar:uidvalidity-reconnect']
tap = Tap()


def make_texts(n):
    """Every fifth the same again."""
    return [(message(i - 1 if i % 5 == 4 else i, 'box', 400), i % 3 > 0) for i in range(n)]


def write_mbox(path, texts):
    with open(path, 'wb') as file:
        for i, (text, is_read) in enumerate(texts):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
            head, _, body = text.partition(b'\n\n')
            file.write(b'From anna@example.org ' + date + b'\n' + head + (b'\nStatus: RO' if is_read else b'') + b'\n\n' + body + b'\n')


def digests(texts):
    return Counter(hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest() for text, _ in texts)


def wanted_on(name, texts):
    """Gmail keeps one of messages that are the same."""
    return Counter(dict.fromkeys(digests(texts), 1)) if name.startswith('gmail') else digests(texts)


def copy(folder, port, timeout=120):
    process = subprocess.run([DRIVER, 'copy', folder / 'state', USER, folder / 'letters', f'port={port}'], input=PASSWORD.encode() + b'\n',
                             capture_output=True, timeout=timeout)
    return Run(process.args, process.returncode, process.stdout.decode(), process.stderr.decode('utf-8', 'replace'))


def look(world):
    """(what was sent and is in the target, {our own mailboxes: messages in them})."""
    found = world.contents(as_sent=True)
    target = next((name for name in found if name.endswith('letters')), None)
    return (Counter(digest for digest, _, _ in found.get(target, Counter()).elements()),
            {name: sum(box.values()) for name, box in found.items() if 'Mailhaul-' in name})


def judge(run, world, wanted, what):
    """What holds on any server; whether all is there."""
    got, ours = look(world)
    tap.equal(sum((got - wanted).values()), 0, f'{what}: nothing twice, nothing strange', run)
    tap.equal(world.ask('foreign')['foreign'], [], f'{what}: no message was taken for commands', run)
    if run.code or not run.out.startswith('{'):
        tap.equal(got, Counter(), f'{what}: no report, no message', run)
        return False
    report = run.json
    numbers = report['all']
    tap.check(numbers['found'] == sum(numbers[name] for name in ('copied', 'present', 'skipped', 'failed')), f'{what}: the numbers sum', run)
    if report['verdict'] == 'complete':
        tap.equal(got, wanted, f'{what}: complete is complete', run)
    tap.equal(sum(ours.values()), 0, f'{what}: nothing of ours lies around', f'{ours}\n{run}')
    return report['verdict'] == 'complete' and got == wanted


def try_kind(world, texts, kind):
    name, personality, switches, rung = kind
    with folder('mischief') as place:
        world.reset(personality, **switches)
        write_mbox(place / 'letters', texts)
        run = copy(place, world.port)
        good = judge(run, world, wanted_on(name, texts), name)
        if name in CLOSED:
            tap.check(run.code, f'{name}: is not signed in to', run)
            return
        if rung:
            tap.check(good and run.json['rung'] == rung, f'{name}: complete, by {rung}', run)
        if rung and 'COPYUID' in name or 'copyuid' in name:
            # Twins may stand in each other's place: then their dates are exchanged, which is true.
            is_twin = lambda row: 'shuffled' in name and row['code'] == 'date-changed'
            tap.equal([row for row in run.json['messages'] if row['code'].endswith(('changed', 'by-server')) and not is_twin(row)], [],
                      f'{name}: nothing is called changed', run)
        before = look(world)[0]
        again = copy(place, world.port)
        judge(again, world, wanted_on(name, texts), f'{name}, again')
        tap.check(not before - look(world)[0], f'{name}, again: nothing is taken away', again)
        if rung:
            tap.equal(again.json['all']['copied'], 0, f'{name}, again: nothing is copied', again)


def part_kinds(server, world):
    texts = make_texts(60)
    only = [name for name in os.environ.get('HAUL_TEST_KINDS', '').split(';') if name]
    for name in server.channel.ask('personalities')['personalities']:
        if name in PATIENT or name.startswith('hostile') or only and name not in only:
            continue
        if name in WRONG:
            tap.skip(name, WRONG[name])
            continue
        try_kind(world, texts, (name, name, {}, RUNG.get(name)))
    # One header, and texts of one length.
    alike = [(message(1, 'same', 0) + b'This one is number %02d.\n' % i, False) for i in range(12)]
    for i in range(3 if not only else 0):
        try_kind(world, alike, (f'shuffled COPYUID, one header, {i}', 'conforming', {'copyuid': 'shuffled'}, 'R1'))
    for kind in SWITCHED:
        if not only or kind[0] in only:
            try_kind(world, texts, kind)


def part_faults(server, world):
    seed = int(os.environ.get('SEED', time.time()))
    print(f'# seed {seed}')
    # Where MOVE is not trusted there is one message moved, no more.
    pairs = [(name, fault) for name in SOUND for fault in FAULTS
             if name != 'move-in-both' or 'MOVE:' not in fault[0] or fault[1] == 1]
    random.Random(seed).shuffle(pairs)
    texts = make_texts(30)
    for name, (at, n, act, more) in pairs[:int(os.environ.get('HAUL_TEST_FAULTS', 25))]:
        what = f'{name}, {act} at {at} {n} {more or ""}'
        with folder('mischief') as place:
            world.reset(name)
            write_mbox(place / 'letters', texts)
            world.arm(at, n=n, act=act, **more)
            run = copy(place, world.port)
            tap.equal(world.ask('disarm')['hits'][0][3], 1, f'{what}: happened', run)
            got, _ = look(world)
            tap.equal(sum((got - digests(texts)).values()), 0, f'{what}: nothing twice', run)
            run = copy(place, world.port)
            tap.check(judge(run, world, digests(texts), f'{what}, then again'), f'{what}: complete', run)


def main():
    with Server() as server:
        world = server.world('engine', user=USER, password=PASSWORD)
        os.environ.setdefault('IMAPS_PORT', '1')
        globals()['part_' + PART](server, world)
    tap.done()


main()
