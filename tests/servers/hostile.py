"""The row of a server that wishes us ill: no crash, no hang, no secret told, no lie repeated as a truth.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import base64
import os
import time
from collections import Counter

import oddmail
from cells import CELLS, one
from oddmail import FIRST
from pressure import THROTTLES, fill_up

# What a program says that stops in order, whatever the cause. 70 is a bug of ours; a signal is below nought.
ORDERLY = (0, 3, 69, 75, 76, 77, 80, 81)
LONG = 120
STRANGE = ['../../etc/passwd', '/etc/shadow', '..', 'a' * 5000, '&AAA-', '\x1b]0;x\x07', 'a\x00b', '%s%n', '-']


def ends(bench, run, began, what):
    took = time.monotonic() - began
    bench.check(run.code in ORDERLY and took < LONG, f'{what}: ends in order, {run.code} after {took:.1f} s', run)
    bench.check('AddressSanitizer' not in run.err and 'runtime error' not in run.err, f'{what}: nothing breaks', run)
    bench.check('\x1b' not in run.out + run.err, f'{what}: its control characters are not handed on', run)


def look_in(bench, variant, security=None):
    """`check` against one variant."""
    bench.target.fresh(variant=variant)
    began = time.monotonic()
    run = bench.run('check', security=security, timeout=LONG)
    ends(bench, run, began, variant)
    return run


def sign_in(bench):
    target = bench.target
    for variant in ('bye', 'preauth', 'octets', 'alien'):
        run = look_in(bench, variant)
        if variant != 'octets':
            bench.check(run.code != 0 and target.attempts() == 0, f'{variant}: no secret is told', run)
    for greeting in ('* OK ' + 'x' * 65536, '* OK [CAPABILITY ' + 'A ' * 100_000 + ']'):
        target.fresh(texts={'greeting': greeting})
        began = time.monotonic()
        ends(bench, bench.run('check', timeout=LONG), began, f'{len(greeting)} octets of greeting')
    CELLS['sign-in'](bench)


def starttls(bench):
    target = bench.target
    run = look_in(bench, 'injection', 'starttls')
    bench.check(run.code in (76, 80), 'who says more than asked before TLS is not gone on with', run)
    bench.equal(target.attempts(target.worlds['starttls']), 0, 'and no secret is told')
    look_in(bench, '', 'starttls')


def copied(bench, variant='', folders=None, **switches):
    """A copy to it; what it then claims."""
    target = bench.target
    if not switches:
        target.fresh(variant=variant)
    else:
        target.fresh(variant=variant, **switches)
    bench.source(folders or {'many': [one(i, 'many') for i in range(12)]})
    began = time.monotonic()
    run = bench.copy(timeout=LONG)
    ends(bench, run, began, variant or 'as it is')
    bench.tidy(run)
    return run


def truthful(bench, run):
    """Where a report says complete, it is."""
    found = bench.target.contents()
    if run.out.startswith('{') and run.json.get('verdict') == 'complete':
        due = Counter(oddmail.digest(x.wire) for letters in bench.folders.values() for x in letters)
        have = Counter(d for name in found.found if 'Mailhaul' not in name for d in found.digests(name).elements())
        bench.equal(due - have, Counter(), 'complete is complete', run)


def names(bench):
    target = bench.target
    target.fresh()
    for name in STRANGE:
        target.world.ask('fill', mailbox=name, messages=[])
    for i in range(3000):
        target.world.ask('fill', mailbox=f'many/{i}', messages=[])
    bench.source(dict(list(oddmail.tree().items())[:6]))
    began = time.monotonic()
    run = bench.copy(timeout=LONG)
    ends(bench, run, began, 'names')
    truthful(bench, run)
    bench.tidy(run)
    strange = [path for path in bench.state.rglob('*') if not path.resolve().is_relative_to(bench.state.resolve())]
    bench.equal(strange, [], 'no file lies where a name of it points')


def dates(bench):
    run = copied(bench, 'dates', date_upload=True)
    truthful(bench, run)
    changed = [row for row in run.json['messages'] if row['code'] == 'date-changed'] if run.out.startswith('{') else []
    bench.equal(len(changed), 12, 'each date that it did not keep is named', run)


def flags(bench):
    truthful(bench, copied(bench, 'flags', {'flags': oddmail.odd()['flags']}))


def duplicates(bench):
    run = copied(bench, 'twice')
    truthful(bench, run)
    run = copied(bench, 'uids')
    truthful(bench, run)
    truthful(bench, bench.copy(timeout=LONG))


def refusal(bench):
    CELLS['refusal'](bench)
    for variant in ('plus-storm', 'tags'):
        run = copied(bench, variant)
        truthful(bench, run)


def quota(bench):
    fill_up(bench)
    run = copied(bench, 'codes', quota_octets=3000)
    bench.equal(run.code, 81, 'a full mailbox is one, whatever the code looks like', run)


def size(bench):
    truthful(bench, copied(bench, 'huge-literal'))
    run = copied(bench, 'zero-limit')
    bench.equal(run.code, 0, 'a limit of nought octets is none', run)
    truthful(bench, run)


HOSTILE = {'sign-in': sign_in, 'STARTTLS': starttls, 'names': names, 'dates': dates, 'flags': flags, 'duplicates': duplicates,
           'refusal': refusal, 'throttle': THROTTLES['hostile'], 'quota': quota, 'size': size, 'cut': CELLS['cut']}
