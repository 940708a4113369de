"""Cells where the server has had enough: throttles, quotas, limits.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import re
import time
from pathlib import Path

import oddmail
from cells import NotApplicable, one
from oddmail import FIRST, Letter

ROOM = 300 * 1024


def backoff(bench, close=True, ms=1500):
    """Told to wait so and so long: waits, says so, and goes on."""
    target = bench.target
    target.fresh(throttle={'after_msgs': 20, 'ms': ms, 'close': close})
    bench.source({'many': [one(i, 'many') for i in range(50)]})
    words, password = target.options()
    began = time.monotonic()
    run = bench.run('copy', bench.path)
    took = time.monotonic() - began
    bench.exact(bench.finish(run))
    refusals = target.world.ask('steps')['counts'].get('throttled', 0)
    bench.check(1 <= refusals <= 12, f'{refusals} refusals: it is not asked all the time', run)
    bench.check(run.code != 0 or took >= ms / 1000, f'the wait is kept ({took:.1f} s)', run)


def waits_in_events(bench):
    """Online, besides: the wait is told with its end, before a person asks."""
    backoff(bench)
    target = bench.target
    target.fresh(throttle={'after_msgs': 20, 'ms': 2500, 'close': False})
    bench.source({'many': [one(i, 'many') for i in range(40)]})
    words, password = target.options()
    from haultest import cli
    run = cli('copy', *words, bench.path, '--events=json', password=password, state=bench.state)
    waits = [event for event in run.events if event.get('event') == 'waiting']
    bench.check(waits and all(event.get('until') for event in waits), 'an event says how long', run)


def few_connections(bench):
    """One more connection than it lets in: the others do the work."""
    target = bench.target
    target.fresh(conn_cap=2)
    bench.source({name: [one(i, name) for i in range(12)] for name in ('a', 'b', 'c', 'd')})
    bench.exact(bench.finish(bench.copy('--connections=4')))


def taken_connections(bench):
    """Dovecot lets a person in ten times from one place, and somebody is in nine times: one connection does the work."""
    from haultest import Mailbox
    target = bench.target
    target.fresh()
    others = [Mailbox(target.user, target.secret) for _ in range(9)]
    bench.source({name: [one(i, name) for i in range(12)] for name in ('a', 'b', 'c', 'd')})
    run = bench.finish(bench.copy('--connections=4'))
    for other in others:
        other.imap.shutdown()
    bench.exact(run)


def few_from_here(bench):
    """Courier hangs up on whoever comes too often from one address."""
    if not os.environ.get('MAX_CONNECTIONS'):
        raise NotApplicable('has no throttle as installed')
    bench.target.fresh()
    bench.source({name: [one(i, name) for i in range(12)] for name in ('a', 'b', 'c', 'd')})
    bench.exact(bench.finish(bench.copy('--connections=4')))


def few_pending(bench):
    """More than a hundred commands on their way reset the connection."""
    target = bench.target
    target.fresh()
    bench.source({'many': [one(i, 'many') for i in range(160)]})
    bench.exact(bench.copy())


def unheard_of(bench):
    """A wait of three thousand years: told, and ended by who sits there."""
    import signal
    target = bench.target
    target.fresh(texts={'throttle': '%t NO Request is throttled. Suggested Backoff Time: 99999999999999999999 milliseconds'},
                 throttle={'after_msgs': 5, 'ms': 60000, 'close': False})
    bench.source({'many': [one(i, 'many') for i in range(20)]})
    run = bench.start()
    end = time.monotonic() + 40
    while run.process.poll() is None and time.monotonic() < end and not target.world.ask('steps')['counts'].get('throttled'):
        time.sleep(0.1)
    time.sleep(1)
    if run.process.poll() is None:
        run.send(signal.SIGTERM)
    ended = run.wait(60)
    bench.equal(ended.code, 75, 'ends when it is told to', ended)
    bench.subset(ended)
    bench.tidy(ended)


NONE_KNOWN = 'has no throttle that is known'
THROTTLES = {
    'exchange-5.5': few_pending, 'exchange-2003': NONE_KNOWN, 'exchange-2010': backoff, 'exchange-2016': backoff, 'exchange-online': waits_in_events,
    'gmail': few_connections, 'yahoo-like': few_connections, 'minimal-rfc3501': NONE_KNOWN, 'hmailserver': NONE_KNOWN,
    'hostile': unheard_of, 'dovecot': taken_connections, 'courier': few_from_here, 'cyrus': 'has no throttle',
    'imap4d': 'has no throttle',
}


def fill_up(bench):
    """More than there is room for: it ends, says so, does not knock for ever; with more room the rest follows."""
    target = bench.target
    if target.is_real:
        return fill_up_real(bench)
    target.fresh(quota_octets=40_000)
    bench.source({'many': [Letter(oddmail.plain(i, 1000, 'many'), FIRST + i) for i in range(60)]})
    run = bench.copy()
    bench.equal(run.code, 81, 'full is told', run)
    bench.subset(run)
    sent, stored = target.world.steps().get('APPEND:before', 0), target.stored()
    bench.check(sent <= stored + 12, f'{sent} sendings, {stored} stored: it does not try every message', run)
    bench.tidy(run)
    target.world.set(quota_octets=None)
    bench.exact(bench.finish())


def fill_up_real(bench):
    target = bench.target
    target.fresh()
    if target.name == 'courier':
        path = target.server.dir / 'home' / target.user / 'Maildir/maildirsize'
        path.write_text(f'{ROOM}S\n{0:12d}{0:13d}\n')
        import shutil
        shutil.chown(path, *owner_of(path.parent))
    elif not os.environ.get('QUOTA'):
        raise NotApplicable('has no quota as Debian ships it')
    bench.source({'many': [Letter(oddmail.plain(i, 9000, 'many'), FIRST + i) for i in range(60)]})
    run = bench.copy()
    bench.equal(run.code, 81, 'full is told', f'{run}\n{target.log()}')
    bench.subset(run)
    bench.tidy(run)


def owner_of(path):
    info = Path(path).stat()
    return info.st_uid, info.st_gid


def too_big(bench):
    """Two messages above the limit: told, tried no more, and nobody else suffers."""
    target = bench.target
    small, big = [one(i, 'small') for i in range(6)], [Letter(oddmail.plain(i, size, 'big'), FIRST + i) for i, size in ((1, 150_000), (2, 300_000))]
    if target.is_real and not os.environ.get('MAX_SIZE'):
        target.fresh()
        bench.source({'mixed': small + [Letter(oddmail.plain(9, 3_000_000, 'huge'), FIRST)]})
        bench.exact(bench.copy())
        return 'pass (no limit: 3 MB)'
    announced = target.name in ('gmail', 'yahoo-like')
    limits = {'max_msg': 100_000, **({'max_msg_untagged': 200_000} if target.name == 'exchange-online' else {})}
    target.fresh(texts={'caps_post': lowered(target.name)} if announced else None, **limits)
    bench.source({'mixed': small[:3] + big + small[3:]})
    run = bench.finish()
    if not bench.equal(run.code, 3, 'the run ends, and says that some are not there', f'{run}\n{target.log()}'):
        return None
    found, due = target.contents().digests(bench.mailbox(run, 'mixed')), {oddmail.digest(target.kept(x.wire)): 1 for x in small}
    bench.equal(dict(found), due, 'the small ones are there', run)
    bench.equal([row['code'] for row in run.json['messages'] if row['outcome'] == 'failed'], ['too-big'] * 2, 'both are named', run)
    if not target.is_real:
        tries = len([line for line in target.commands(' APPEND ') if (size := re.search(r'\{(\d+)\+?\}$', line)) and int(size[1]) > 100_000])
        bench.check(tries <= (0 if announced else 4), f'{tries} tries', run)
    bench.tidy(run)
    return None


def lowered(name):
    from mischief.settings import load
    return re.sub(r'APPENDLIMIT=\d+', 'APPENDLIMIT=100000', load(name)['texts']['caps_post'])
