"""Faults at named steps, messages that come late, the control channel, several at once.  SPDX-License-Identifier: GPL-3.0-or-later"""
from mischieftest import *

tap = Tap()
ALL_ACTS = [
    # step, act and more, what the third message's client hears, what is stored then
    ('APPEND:before', dict(act='fin'), '', 2),
    ('APPEND:plus', dict(act='rst'), 'RST', 2),
    ('APPEND:first', dict(act='fin'), '', 2),
    ('APPEND:middle', dict(act='rst'), 'RST', 2),
    ('APPEND:last-1', dict(act='fin'), '', 2),
    ('APPEND:last', dict(act='fin'), '', 2),
    ('APPEND:octet', dict(act='fin', octet=7), '', 2),
    ('APPEND:crlf', dict(act='fin'), '', 2),
    ('APPEND:stored', dict(act='rst'), 'RST', 3),
    ('APPEND:stored', dict(act='no', text='[SERVERBUG] no'), 'NO [SERVERBUG] no', 3),
    ('APPEND:crlf', dict(act='no', text='no'), 'NO no', 2),
    ('APPEND:done', dict(act='fin'), '', 3),
    ('APPEND:crlf', dict(act='bad'), 'BAD [SERVERBUG] Internal error.', 2),
    ('APPEND:crlf', dict(act='quota'), 'NO [OVERQUOTA] Quota exceeded', 2),
    ('APPEND:middle', dict(act='bye', text='* BYE now'), '', 2),
    ('APPEND:stored', dict(act='token'), '', 3),
    ('APPEND:stored', dict(act='throttle', ms=1200), 'NO Request is throttled. Suggested Backoff Time: 1200 milliseconds', 3),
    ('APPEND:stored', dict(act='partial', octets=12), '', 3),
    ('APPEND:middle', dict(act='stall', seconds=0.1), 'OK', 3),
    ('APPEND:stored', dict(act='restart', how='rst'), 'RST', 3),
    ('command', dict(act='fin', n=4), '', 2),
    ('APPEND:crlf', dict(act='fin', late={'ms': 40}), '', 3),
    ('APPEND:last', dict(act='rst', late={'ms': 40}), 'RST', 3),
]


def acts(bench):
    for at, more, heard, stored in ALL_ACTS:
        client = bench.fresh()
        bench.world.arm(at, **{'n': 3, **more} if at != 'command' else more)
        if at == 'command':
            bench.world.ask('disarm')
            bench.world.arm(at, n=3, act='fin')
        answers = [client.append(letter(i, 200)) for i in range(3)]
        what = f'{at}: {more}'
        tap.check(answers[0].startswith('OK') and answers[1].startswith('OK') and answers[2].startswith(heard) and (heard or not answers[2]),
                  what, answers)
        time.sleep(0.08 if 'late' in more else 0)
        tap.equal(bench.n(), stored, f'{what}: stored')
        hits = bench.world.ask('steps')['hits']
        tap.equal(hits, [1], f'{what}: once')
        other = bench.client()
        tap.check(other.append(letter(9)).startswith('OK'), f'{what}: the next connection is well')
    client = bench.fresh()
    bench.world.arm('APPEND:crlf', act='hang')
    client.sock.settimeout(0.3)
    client.send(b'a APPEND INBOX () {3+}\r\nabc\r\n')
    tap.equal(attempt(client.line), 'TimeoutError', 'hang: nothing comes')
    client.close()
    tap.check(wait_for(lambda: bench.world.ask('steps')['connections'] == 0), 'hang: over when the client leaves')
    client = bench.fresh()
    bench.world.arm('NOOP:done', act='half')
    client.send(b'a NOOP\r\n')
    tap.equal((client.line(), client.sock.send(b'b NOOP\r\n') > 0, bench.world.ask('steps')['connections']), ('', True, 1), 'half: we may still speak')


def attempt(do):
    try:
        return do()
    except Exception as error:
        return type(error).__name__


def moves(bench):
    for at, n, source, target in (('MOVE:copied', 3, 5, 3), ('MOVE:copied', 5, 5, 5), ('MOVE:expunged', 2, 3, 5), ('UID MOVE:before', 1, 5, 0),
                                  ('UID MOVE:done', 1, 0, 5), ('UID MOVE:replied', 1, 0, 5)):
        client = bench.fresh()
        bench.world.arm(at, n=n)
        for i in range(5):
            client.append(letter(i))
        client.ask('CREATE box')
        client.ask('SELECT INBOX')
        client.ask('UID MOVE 1:5 box')
        told = sum('EXPUNGE' in line for line in client.untagged)
        tap.equal((client.last if at != 'UID MOVE:replied' else client.line(), bench.n(), bench.n('box'), told),
                  ('', source, target, 5 if at in ('UID MOVE:done', 'UID MOVE:replied') else 0), f'{at}, {n}')
    client = bench.fresh()
    bench.world.arm('MOVE:copied', n=4, act='no', text='died')
    for i in range(6):
        client.append(letter(i))
    client.ask('CREATE box')
    client.ask('SELECT INBOX')
    tap.equal((client.ask('UID MOVE 1:3 box')[:2], client.ask('UID MOVE 4:6 box'), bench.n(), bench.n('box')), ('OK', 'NO died', 3, 4),
              'steps go on from batch to batch')


def late(bench):
    world = bench.world
    client = bench.fresh(late={'ms': 120, 'who': 'all'})
    start = time.monotonic()
    client.send(b'a APPEND INBOX () {3+}\r\nabc\r\nb NOOP\r\n')
    client.close(reset=True)
    tap.equal(bench.n(), 0, 'late, all: not there at once')
    tap.check(wait_for(lambda: bench.n() == 1) and time.monotonic() - start > 0.11, 'late, all: there later, though the client is gone')
    tap.check(wait_for(lambda: world.steps().get('NOOP:before') == 1), 'late, all: what was sent behind it is carried out, too')

    client = bench.fresh(late={'ms': 100, 'who': 'orphans', 'look_ms': 30})
    tap.check(client.append().startswith('OK') and bench.n() == 1, 'late, orphans: who waits is served at once')
    client.send(b'a APPEND INBOX () {3+}\r\nabc\r\n')
    client.close()
    tap.check(wait_for(lambda: world.ask('steps')['pending'] == 1) and bench.n() == 1, 'late, orphans: pending')
    tap.check(wait_for(lambda: bench.n() == 2), 'late, orphans: stored')

    client = bench.fresh(late={'ms': 150, 'who': 'answered'})
    tap.equal((client.append(), bench.n()), ('OK Append completed.', 0), 'late, answered: OK first')
    tap.check(wait_for(lambda: bench.n() == 1), 'late, answered: stored')

    client = bench.fresh(late={'when': 'login', 'ms': 0, 'who': 'orphans', 'look_ms': 20})
    client.send(b'a APPEND INBOX () {3+}\r\nabc\r\n')
    client.close()
    wait_for(lambda: world.ask('steps')['pending'] == 1)
    time.sleep(0.1)
    before = bench.n()
    bench.client()
    tap.equal((before, bench.n()), (0, 1), 'late, login: stored when somebody signs in')

    for target, stored in (('name', -1), ('recreate', 1)):
        client = bench.fresh(late={'when': 'delete', 'ms': 0, 'who': 'orphans', 'look_ms': 20}, late_target=target)
        client.ask('CREATE box')
        client.send(b'a APPEND box () {3+}\r\nabc\r\n')
        client.close()
        wait_for(lambda: world.ask('steps')['pending'] == 1)
        bench.client().ask('DELETE box')
        tap.check(wait_for(lambda: bench.n('box') == stored and not world.ask('steps')['pending']), f'late, delete: {target}', bench.n('box'))
        tap.equal(world.ask('steps')['late_dropped'], int(target == 'name'), f'late, delete: {target}: dropped')

    client = bench.fresh(late={'when': 'settle', 'who': 'answered'}, late_target='object')
    client.ask('CREATE box')
    client.append(box='box')
    client.ask('RENAME box new')
    world.ask('settle')
    tap.equal(bench.n('new'), 1, 'late, settle: follows the mailbox')

    client = bench.fresh(commit_on='literal')
    client.send(b'a APPEND INBOX () {3+}\r\nabc')
    client.close()
    tap.check(wait_for(lambda: bench.n() == 1), 'commit_on literal: stored without the line end')
    client = bench.fresh()
    client.send(b'a APPEND INBOX () {3+}\r\nabc')
    client.close()
    time.sleep(0.1)
    tap.equal(bench.n(), 0, 'commit_on crlf: not stored without it')


def channel(bench):
    world = bench.world
    client = bench.fresh()
    world.fill('box', [(letter(1), 5, ['\\Seen']), (letter(1), 6, [])])
    tap.equal(world.contents(), {'INBOX': Counter(), 'box': Counter({(hashlib.sha256(letter(1)).hexdigest(), 5, frozenset({'\\Seen'})): 1,
                                                                   (hashlib.sha256(letter(1)).hexdigest(), 6, frozenset()): 1})}, 'fill and dump')
    world.ask('snapshot')
    client.ask('DELETE box')
    world.ask('restore', validity='new')
    tap.equal((bench.n('box'), client.line()), (2, ''), 'snapshot and restore')
    world.ask('remove', mailbox='box', uids=[1])
    tap.equal(bench.n('box'), 1, 'remove')
    client = bench.client()
    client.ask('NOOP')
    tap.equal([row[2] for row in world.ask('log')['log']][-2:], ['t1 LOGIN ...', 't2 NOOP'], 'log, without the password')
    tap.equal(world.ask('drop', how='rst')['dropped'], 1, 'drop')
    tap.equal(client.line(), 'RST', 'drop: by a reset')
    world.ask('down')
    tap.equal(attempt(lambda: Client(world.port)), 'ConnectionRefusedError', 'down')
    world.ask('up')
    tap.check(bench.client(), 'up')
    world.ask('restart', ms=150)
    tap.equal(attempt(lambda: Client(world.port)), 'ConnectionRefusedError', 'restart: nothing listens')
    tap.check(wait_for(lambda: attempt(lambda: Client(world.port)) != 'ConnectionRefusedError'), 'restart: and then it does')
    tap.equal(attempt(lambda: world.set(no_such_switch=1)), 'Refused', 'an unknown switch is refused')
    tap.equal(attempt(lambda: world.reset('nobody')), 'Refused', 'an unknown personality is refused')
    names = bench.server.channel.ask('personalities')['personalities']
    tap.check(all(names.values()), 'every personality says where it is from')
    for name in sorted(set(names) - {'hostile:alien'}):  # which is no mail server
        world.reset(name)
        client = Client(world.port, login=False)
        tap.check(client.greeting.startswith('* ') and client.ask('CAPABILITY').startswith('OK') and 'IMAP4rev1' in ' '.join(client.untagged).replace('imap', 'IMAP'),
                  f'{name} greets', client.greeting)
        client.close()
    start = time.monotonic()
    for _ in range(200):
        world.reset()
    tap.check(time.monotonic() - start < 2, '200 resets in less than two seconds', time.monotonic() - start)


def together(bench):
    """Two worlds do not know of each other; two connections of one do."""
    other = bench.server.world('other', user=USER, password=PASSWORD)
    client = bench.fresh()
    bench.world.arm('APPEND:stored', n=1, act='no')
    there = Client(other.port)
    tap.check(there.append().startswith('OK'), 'a fault is of one world')
    tap.check(client.append().startswith('NO'), 'and happens there')
    tap.equal((bench.n(), other.ask('dump', messages=False)['mailboxes']['INBOX']['n']), (1, 1), 'worlds are apart')
    client.ask('SELECT INBOX')
    second = bench.client()
    second.append(letter(2), flags='\\Seen')
    second.ask('SELECT INBOX')
    second.ask('UID STORE 1 +FLAGS.SILENT (\\Flagged)')
    client.ask('NOOP')
    tap.equal(client.untagged, ['* 2 EXISTS', '* 2 RECENT', '* 1 FETCH (UID 1 FLAGS (\\Flagged \\Recent))'], 'news from another connection')
    second.ask('UID STORE 1 +FLAGS (\\Deleted)')
    second.ask('EXPUNGE')
    client.ask('NOOP')
    tap.equal(client.untagged, ['* 1 EXPUNGE'], 'what another expunged')
    other.close()
    start = time.monotonic()
    n = 2000
    client.send(b''.join(b'x%d APPEND INBOX (\\Seen) "01-Feb-2001 03:04:05 +0000" {300+}\r\n%b\r\n' % (i, letter(i, 300)) for i in range(n)))
    client.until(f'x{n - 1}')
    rate = n / (time.monotonic() - start)
    tap.check(rate > 500, f'{rate:.0f} messages a second')


def main():
    bench = Bench(tap)
    for part in (acts, moves, late, channel, together):
        part(bench)
    tap.done()


main()
