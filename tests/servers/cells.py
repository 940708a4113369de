"""The cells of the table: each copies some mail with mailhaul-cli and says whether all came out as it should.

SPDX-License-Identifier: GPL-3.0-or-later

A cell is a function of a Bench. It checks, and returns nothing, or a word for the table; NotApplicable says why there is nothing
to be seen. The same oracle stands at the end of each: multiset of digests, dates, flags and names as due; the source as it
was; no secret in any file written.
"""
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import oddmail
from haultest import Started, cli, find_secrets, manifest
from oddmail import FIRST, Letter

RUNS_MAX = 8
ENDED = (0, 3, 81)


class NotApplicable(Exception):
    """The reason is a part of the sentence “not applicable: …”."""


class Bench:
    def __init__(self, tap, target, place):
        self.tap, self.target, self.place = tap, target, Path(place)
        self.n = 0
        self.what = ''

    def check(self, is_good, what, detail=''):
        return self.tap.check(is_good, f'{self.target.title}, {self.what}: {what}', detail)

    def equal(self, got, wanted, what, detail=''):
        return self.tap.equal(got, wanted, f'{self.target.title}, {self.what}: {what}', detail)

    def source(self, folders):
        self.n += 1
        self.state = self.place / f'state{self.n}'
        self.folders = {name: [x for x in letters if not self.target.spoils(x.wire)] for name, letters in folders.items()}
        self.path = oddmail.write(self.place / f'mail{self.n}', self.folders)
        self.before = manifest(self.path)
        return self.path

    def run(self, verb, *more, security=None, trusted=True, wrong=False, timeout=240, **others):
        words, password = self.target.options(security=security, trusted=trusted, wrong=wrong, **others)
        state = self.state if verb != 'check' else None
        return cli(verb, *words, *more, '--format=json', password=password, state=state, timeout=timeout)

    def start(self, *more):
        words, password = self.target.options()
        return Started('copy', *words, self.path, *more, '--format=json', password=password, state=self.state)

    def copy(self, *more, timeout=240):
        return self.run('copy', self.path, *more, timeout=timeout)

    def finish(self, run=None, ended=ENDED):
        """Again until it ends well: what a person does after an accident."""
        runs = [run or self.copy()]
        while runs[-1].code not in ended and len(runs) < RUNS_MAX:
            runs.append(self.copy())
        return runs[-1]

    def wanted(self):
        """{mailbox: multiset of (digest, received, flags)}: by the names that the report tells."""
        names = {row['path']: row['mailbox'] for row in self.last.json['folders']}
        wanted = {}
        for name, letters in self.folders.items():
            due = Counter((oddmail.digest(self.target.kept(x.wire)), x.received, self.flags(x)) for x in letters)
            wanted[names[name]] = wanted.get(names[name], Counter()) + due
        return {name: self.merged(due) for name, due in wanted.items()}

    def merged(self, box):
        """Where the same message is kept once, twins lend each other their flags."""
        return Counter({(digest, received) for digest, received, _ in box}) if self.target.merges else box

    def flags(self, letter):
        if not self.target.keeps_flags:
            return frozenset()
        keywords = letter.keywords if self.target.keeps_keywords and not self.target.is_real else frozenset()
        return letter.system_flags | keywords

    def exact(self, run, copied=None, codes=(0,)):
        """All of the source is there, once, and nothing else."""
        self.last = run
        if not self.check(run.code in codes and run.out.startswith('{'), 'the run ends well', f'{run}\n{self.target.log()}'):
            return False
        found, wanted = self.target.contents(), self.wanted()
        have = {name: self.merged(found.of(name)) for name in wanted}
        wrong = [f'{name}: missing {list(due - have[name])[:4]}, surplus {list(have[name] - due)[:4]}'
                 for name, due in wanted.items() if have[name] != due]
        good = self.check(not wrong, 'each message once, with date and flags', '\n'.join([*wrong, str(run)]))
        good &= self.equal(found.others(wanted), {}, 'no mailbox holds anything else', run)
        if copied is not None:
            good &= self.equal(run.json['all']['copied'], copied, f'{copied} copied', run)
        return self.tidy(run) and good

    def tidy(self, run):
        """What is true however much was copied."""
        good = self.equal(self.target.contents().ours(), [], 'nothing of ours is left', run) if run.code in (0, 3) else True
        if run.out.startswith('{') and 'all' in run.json:
            numbers = run.json['all']
            good &= self.equal(numbers['found'], sum(numbers[x] for x in ('copied', 'present', 'skipped', 'failed')), 'the numbers sum', run)
        good &= self.equal(manifest(self.path), self.before, 'the source is as it was')
        good &= self.equal(find_secrets([self.target.secret], self.state, user=self.target.user), [], 'no secret is written')
        if not self.target.is_real:
            good &= self.equal(self.target.foreign(), [], 'no message became a command')
        return good

    def mailbox(self, run, path):
        return next(row['mailbox'] for row in run.json['folders'] if row['path'] == path)

    def subset(self, run):
        """Nothing twice and nothing strange, however little."""
        found = self.target.contents()
        have = Counter(d for name in found.found if 'Mailhaul' not in name for d in found.digests(name).elements())
        due = Counter(oddmail.digest(self.target.kept(x.wire)) for letters in self.folders.values() for x in letters)
        return self.equal(sum((have - due).values()), 0, 'nothing twice, nothing strange', run) and have


# Cells ---------------------------------------------------------------------------------------------------------------

def sign_in(bench):
    target = bench.target
    target.fresh()
    run = bench.run('check')
    bench.check(run.code == 0, 'signs in', f'{run}\n{target.log()}')
    bench.check(run.out.startswith('{') and run.json.get('server'), 'says what it found', run)
    target.fresh()
    refused = bench.run('check', wrong=True)
    bench.equal(refused.code, 77, 'a wrong secret is refused, and told', refused)
    if not target.is_real:
        bench.check(1 <= target.attempts() <= 2, f'{target.attempts()} attempts, no more', refused)
    bench.equal(find_secrets([target.secret], bench.place, user=target.user) if not target.has_token else [], [], 'no secret is written or said')


def starttls(bench):
    target = bench.target
    target.fresh()
    if not target.offers_starttls:
        if target.is_real:
            raise NotApplicable('not switched on where the tests start it')
        return without_starttls(bench)
    run = bench.run('check', security='starttls')
    bench.check(run.code == 0, 'signs in after STARTTLS', f'{run}\n{target.log()}')
    target.fresh()
    strange = bench.run('check', security='starttls', trusted=False)
    bench.equal(strange.code, 80, 'a certificate of nobody known is refused', strange)
    if not target.is_real:
        bench.equal(target.attempts(target.worlds['starttls']), 0, 'before that nothing secret is said')
        stripped = bench.run('check', security='starttls', world=target.worlds['none'])
        bench.check(stripped.code in (76, 80), 'where somebody takes the offer away it ends', stripped)
        bench.equal(target.attempts(target.worlds['none']), 0, 'and nothing secret is said')


def without_starttls(bench):
    """Where it is not offered it cannot be had, nothing secret is said, and TLS from the first octet works."""
    target = bench.target
    run = bench.run('check', security='starttls', world=target.worlds['none'])
    bench.check(run.code in (76, 80), 'asked for and not offered: it ends', run)
    bench.equal(target.attempts(target.worlds['none']), 0, 'nothing secret is said')
    bench.equal(bench.run('check', security='tls').code, 0, 'TLS from the first octet works')
    target.fresh()
    strange = bench.run('check', security='tls', trusted=False)
    bench.equal(strange.code, 80, 'a certificate of nobody known is refused', strange)
    bench.equal(target.attempts(), 0, 'before that nothing secret is said')
    return 'pass (TLS at once)'


def one(n, name, marks='', received=None):
    return Letter(oddmail.plain(n, name=name), FIRST + n if received is None else received, marks)


def names(bench):
    target = bench.target
    target.fresh()
    tree = oddmail.tree()
    if target.is_slow_to_rename:
        tree = dict(list(tree.items())[:6])
    else:
        tree |= {'Sent': [one(1, 'sent', 'S')], 'Twin': [one(2, 'twin')], 'twin': [one(3, 'twin')], 'y' * 200: [one(4, 'long')]}
    if target.is_exchange:
        tree |= {'Calendar': [one(5, 'calendar')]}
    bench.source(tree)
    run = bench.copy()
    if not bench.exact(run):
        return
    named = {row['path']: row['mailbox'] for row in run.json['folders']}
    if target.is_exchange:
        bench.equal(named['Sent'], 'Sent Items', 'what was sent lies with what was sent', run)
        bench.equal(sum(target.contents().of('Calendar').values()), 0, 'no letter among the appointments')
    elif target.name == 'gmail':
        bench.equal(named['Sent'], '[Gmail]/Sent Mail', 'what was sent lies with what was sent', run)
    bench.exact(bench.copy(), copied=0)


def dates(bench):
    target = bench.target
    target.fresh()
    good = (86400, 946684799, 951782400, 1000000000, FIRST, 1603587600, 1603591200, 1709251199)
    bench.source({'dates': [one(i, 'date', received=date) for i, date in enumerate(good)]})
    bench.exact(bench.copy())
    # 1969, and a year to come: known dates outside of what a server keeps become the nearest it does.
    target.fresh()
    odd = [one(1, 'old', received=-86400 * 200), one(2, 'new', received=4102444800)]
    bench.source({'odd': odd})
    run = bench.copy()
    if bench.check(run.code in (0, 3), 'dates that cannot be kept do not stop it', run):
        name = bench.mailbox(run, 'odd')
        bench.equal(target.contents().digests(name), Counter(oddmail.digest(target.kept(x.wire)) for x in odd), 'both are there', run)


def flags(bench):
    target = bench.target
    target.fresh()
    odd = oddmail.odd()
    bench.source({'flags': odd['flags'], 'keywords': odd['keywords']})
    run = bench.copy()
    bench.exact(run)
    if target.is_exchange and target.name not in ('exchange-5.5', 'exchange-2003'):
        bench.check(target.commands(r'STORE .*\\Flagged'), 'a flag is set again, for who does not ask by IMAP', run)


def duplicates(bench):
    target = bench.target
    target.fresh()
    odd = oddmail.odd()
    bench.source({name: odd[name] for name in ('duplicates', 'all the same', 'same number', 'no number')})
    bench.exact(bench.copy())
    bench.exact(bench.copy(), copied=0)
    shutil.rmtree(bench.state)
    bench.exact(bench.copy(), copied=0)


def refusal(bench):
    target = bench.target
    bad, switches, must = refused_letters(target)
    target.fresh(**switches)
    good = [one(i, 'good') for i in range(6)]
    bench.source({'mixed': good[:3] + bad + good[3:]})
    run = bench.finish()
    if not bench.check(run.code in (0, 3), 'one refusal stops nobody', f'{run}\n{target.log()}'):
        return
    found = target.contents().digests(bench.mailbox(run, 'mixed'))
    due = Counter(oddmail.digest(target.kept(x.wire)) for x in good)
    bench.equal(due - found, Counter(), 'all others are there, as they were', run)
    failed = [row for row in run.json['messages'] if row['outcome'] == 'failed']
    bench.equal(sum(found.values()) + len(failed), len(good) + len(bad), 'what is not there is named', run)
    if must:
        told = [row for row in run.json['messages'] if row.get('code')]
        bench.check(len(told) >= len(bad), 'each is named, with the reason', run)
    if not target.is_real:
        sent = target.world.steps().get('APPEND:before', 0)
        bench.check(sent <= 40, f'{sent} sendings, no loop', run)
    bench.tidy(run)


def refused_letters(target):
    """(letters that are trouble, switches, whether they are refused as they are)"""
    commands = b'a1 CREATE pwned\nzz DELETE INBOX\n) {5+}\nA1 OK done\n* BYE\n+ go\nzz LOGOUT\n'
    head = b'From: a@example.org\nSubject: trouble %s\nMessage-ID: <trouble.%d@example.org>\n'
    charset = Letter(head % (b'=?TELETEX?Q?a?=', 1) + b'\n' + commands, FIRST)
    line = Letter(head % (b'line', 2) + b'\n' + b'x' * 10200 + b' ' + b'y' * 10000 + b'\n' + commands, FIRST)
    nul = Letter(head % (b'nul', 3) + b'\na\0b\n' + commands, FIRST)
    eight = Letter(head % ('Grüße'.encode('latin-1'), 4) + b'\n' + commands, FIRST)
    if target.is_real:
        return {'cyrus': ([nul], {}, True), 'dovecot': ([line, eight], {}, False), 'courier': ([line], {}, False),
                'imap4d': ([Letter(b'From me to you\nSubject: from\n\n' + commands, FIRST)], {}, True)}[target.name]
    if target.name in ('exchange-5.5', 'exchange-2003'):
        return [charset], {'charset_check': '%t BAD Protocol Error: "Unidentifiable command specified".'}, True
    if target.is_exchange:
        return [charset, line], {}, True
    if target.name == 'gmail':
        return [Letter(b'\nno header at all\n' + commands, FIRST)], {}, True
    if target.name == 'yahoo-like':
        return [Letter(head % (b'end', 5) + b'\nno line end' , FIRST)], {}, False
    return [charset], {'charset_check': '%t NO APPEND failed.', 'refused_literal': 'execute'}, True


def throttle(bench):
    from pressure import THROTTLES
    rule = THROTTLES.get(bench.target.name)
    if not callable(rule):
        raise NotApplicable(rule)
    return rule(bench)


def quota(bench):
    from pressure import fill_up
    return fill_up(bench)


def size(bench):
    from pressure import too_big
    return too_big(bench)


def cut(bench):
    """The connection breaks, again and again; the run goes on, or is started again, until all is there."""
    target = bench.target
    target.fresh()
    bench.source({'many': oddmail.letters(60), 'more': oddmail.letters(20, 'more')})
    if target.is_real:
        return cut_real(bench)
    for at, n, act in (('APPEND:stored', 7, 'rst'), ('APPEND:middle', 15, 'fin'), ('APPEND:last', 22, 'rst'), ('CREATE:done', 3, 'fin'),
                       ('UID MOVE:done', 1, 'rst'), ('RENAME:done', 1, 'fin')):
        target.world.arm(at, n, act)
    bench.exact(bench.finish(ended=(0,)))
    bench.exact(bench.copy(), copied=0)


def cut_real(bench):
    import random
    import time
    for _ in range(3):
        run = bench.start()
        end = time.monotonic() + 20
        while not bench.target.server.workers() and run.process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(random.uniform(0.1, 0.8))
        bench.target.server.kill_worker()
        ended = run.wait()
        if ended.code == 0:
            break
    bench.exact(bench.finish(ended, ended=(0,)))
    bench.exact(bench.copy(), copied=0)


CELLS = {'sign-in': sign_in, 'STARTTLS': starttls, 'names': names, 'dates': dates, 'flags': flags, 'duplicates': duplicates,
         'refusal': refusal, 'throttle': throttle, 'quota': quota, 'size': size, 'cut': cut}
QUICK = ('sign-in', 'STARTTLS', 'dates', 'size')
