"""Servers that do not keep messages as they are sent: known again without a journal, and only where it is proven.

SPDX-License-Identifier: GPL-3.0-or-later

    python3 rewriting.py DRIVER PART         with the scripted server; no other is needed
"""

from enginetest import *

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

# How each rewrites (mischief/rewrite.py says who does), and by what a message is known again.
KINDS = {
    'none': ([], {}, 'byte-identical'),
    'courier': (['final_crlf', 'bare_cr'], {'size_report': 'courier'}, 'header-identical'),
    'imap4d': (['headers'], {'zone_ignored': True}, 'header-identical'),
    'cyrus': (['munge8bit'], {}, 'fingerprint'),
    'domino': (['msgid_domain'], {}, 'fingerprint'),
    'exchange': (['mime'], {'size_report': 'approx', 'appenduid': 'no'}, 'fingerprint'),
    'exchange-5.5': (['mime', 'wrap72'], {'size_report': 'approx'}, 'fingerprint'),
}


def texts_of(kind):
    """What is ordinary, and what is odd: twins, drafts that differ in the text alone, no Message-ID, no header, long lines, no final line end."""
    texts = [(message(i, 'box', 300), 'S' if i % 2 else '') for i in range(12)]
    texts += [texts[0], texts[0]]
    draft = b'Message-ID: <draft@example.org>\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nFrom: anna@example.org\nSubject: a draft\n\n'
    texts += [(draft + b'first try\n', 'T'), (draft + b'second try, which is longer\n', 'T')]
    texts += [(b'From: anna@example.org\nDate: Fri, 17 Oct 2003 11:00:00 +0000\nSubject: Gr\xc3\xbc\xc3\x9fe\n\nno Message-ID\n', '')]
    texts += [(b'Subject: folded\n\tanew \nX-Long: ' + b'word ' * 60 + b'\nMessage-ID: <long@example.org>\n'
               b'Date: Fri, 17 Oct 2003 12:00:00 +0000\nFrom: "Anna" <anna@example.org>\n\nin the text there is '
               + b'a long line ' * 30 + b'\n', '')]
    texts += [(b'Message-ID: <cut@example.org>\nDate: Fri, 17 Oct 2003 13:00:00 +0000\nSubject: no final line end\n\nthe end', '')]
    if not kind.startswith('exchange'):  # nothing is left of it that could be known again
        texts += [(b'\nno header at all\n', '')]
    return texts


class World:
    """A mailbox at the scripted server instead of Dovecot's; a state folder and a Maildir."""

    def __init__(self, server, name, switches, texts):
        self.world = server.world(name, **{'switches': switches, 'user': USER, 'password': PASSWORD})
        self.dir = tempfile.mkdtemp(prefix='rewriting.')
        os.mkdir(self.dir + '/mail')
        self.state, self.n_states = self.dir + '/state0', 0
        self.write(texts)

    def write(self, texts):
        """A Maildir, which keeps any octets; its files' times are the dates of receipt."""
        self.source = self.dir + '/mail/letters'
        shutil.rmtree(self.source, ignore_errors=True)
        for part in ('cur', 'new', 'tmp'):
            os.makedirs(f'{self.source}/{part}')
        for i, (text, status) in enumerate(texts):
            path = Path(f'{self.source}/cur/{FIRST + i}.M{i:05}P1.host:2,{status.replace("T", "D")}')
            path.write_bytes(text)
            os.utime(path, (FIRST + i, FIRST + i))

    def drive(self, verb='copy', **options):
        return drive(verb, self.state, self.source, port=self.world.port, **options)

    def forget(self):
        self.n_states += 1
        self.state = f'{self.dir}/state{self.n_states}'

    def contents(self):
        contents = self.world.contents(as_sent=True)
        ours = strangers(contents)
        return sum((box for name, box in contents.items() if name not in ours), Counter()), ours

    def close(self):
        self.world.close()
        shutil.rmtree(self.dir)


def proof(run):
    return {word: n for word, n in run.json['folders'][0]['proof'].items() if n}


def part_again():
    with Server() as server:
        for kind, (rewrite, switches, word) in KINDS.items():
            texts = texts_of(kind)
            n = len(texts)
            world = World(server, kind, {'rewrite': rewrite, **switches}, texts)
            run = world.drive()
            box, others = world.contents()
            tap.equal((octets(box), others), (octets(expected(texts)), []), f'{kind}: copied once', run)
            tap.equal((counts(run)['copied'], run.json['verdict']), (n, 'complete'), f'{kind}: the report', run)
            job = run.json['job']
            tap.equal(sum(proof(run).values()), n, f'{kind}: how well it is known is said of each', run)

            run = world.drive()
            tap.equal((counts(run)['copied'], counts(run)['present']), (0, n), f'{kind}: again with the journal: nothing', run)
            run = world.drive('verify', job=job)
            tap.equal((counts(run)['present'], proof(run).get('missing', 0), proof(run).get('surplus', 0)), (n, 0, 0), f'{kind}: verified by its job', run)
            tap.check(proof(run).get(word, 0) > 0, f'{kind}: by {word}', proof(run))
            world.forget()
            run = world.drive()
            tap.equal((counts(run)['copied'], counts(run)['present']), (0, n), f'{kind}: without it: nothing', run)
            box, others = world.contents()
            tap.equal((octets(box), others), (octets(expected(texts)), []), f'{kind}: still once', run)
            tap.check(proof(run).get(word, 0) > 0 and (kind == 'none' or proof(run).get('byte-identical', 0) < n),
                      f'{kind}: the report says {word}', proof(run))
            note = run.json['folders'][0].get('note', '')
            tap.equal('another form' in note, kind != 'none', f'{kind}: and says so in words', note)

            world.forget()
            world.write(texts + [(message(100, 'new'), ''), texts[0]])
            run = world.drive()
            tap.equal((counts(run)['copied'], counts(run)['present']), (2, n), f'{kind}: a new one and one more of a kind', run)
            world.close()


def part_no_text():
    """An empty line is added where no text is: such a message has its header alone, and is known by that and its place."""
    texts = [(message(i, 'box', 300), '') for i in range(6)]
    texts[2:2] = [(b'Subject: one\n\n', ''), (b'Subject: two\n\n', 'S'), (b'Subject: one\n\n', ''), (b'Subject: three\n\n', '')]
    old = message(50, 'old').replace(b'\n', b'\r\n')
    with Server() as server:
        for personality in 'minimal-rfc3501', 'no-move', 'no-uidplus':
            for case in 'new', 'there', 'new, broken', 'there, broken':
                what, before = f'no text, {personality}, {case}', [old] if 'there' in case else []
                world = World(server, re.sub(r'\W+', '-', what), {}, texts)
                world.world.reset(personality, rewrite=['no_text'])
                if before:
                    world.world.fill('letters', [(old, FIRST, [])])
                if 'broken' in case:
                    world.world.arm('APPEND:stored', n=9, act='rst')
                wanted = octets(expected(texts)) + Counter(hashlib.sha256(one).hexdigest() for one in before)
                for when in '', ', journal lost':
                    run = world.drive()
                    box, others = world.contents()
                    tap.equal((octets(box), others), (wanted, []), f'{what}{when}: each once', run)
                    now = counts(run)
                    tap.equal((now['copied'] + now['present'], now['failed']), (10, 0), f'{what}{when}: and so says the report', run)
                    if when:
                        tap.equal(now['copied'], 0, f'{what}{when}: nothing is copied again', run)
                    world.forget()
                world.close()


def part_renamed():
    """A mailbox that gets another UIDVALIDITY with its name: what is altered there was copied all the same, and is known by its place."""
    with Server() as server:
        for kind, cut in ('none', ''), ('courier', ''), ('courier', 'RENAME:done'), ('imap4d', ''), ('exchange', ''), ('exchange', 'RENAME:done'):
            what = f'renamed, {kind}{", broken" if cut else ""}'
            rewrite, switches, _ = KINDS[kind]
            texts = texts_of(kind)
            n = len(texts)
            world = World(server, re.sub(r'\W+', '-', what), {}, texts)
            world.world.reset('no-move', rewrite=rewrite, rename_validity='new', **switches)
            if cut:
                world.world.arm(cut, act='rst')
            run = world.drive()
            box, others = world.contents()
            tap.equal((octets(box), others), (octets(expected(texts)), []), f'{what}: each once', run)
            tap.equal((counts(run)['copied'], counts(run)['present'], run.json['rung']), (n, 0, 'R2'), f'{what}: all were copied', run)
            run = world.drive()
            tap.equal((counts(run)['copied'], counts(run)['present']), (0, n), f'{what}: again: nothing', run)
            world.close()
        for kind in 'none', 'imap4d':
            what = f'replaced meanwhile, {kind}'
            texts = texts_of(kind)
            world = World(server, re.sub(r'\W+', '-', what), {}, texts)
            world.world.reset('no-move', rewrite=KINDS[kind][0], uidvalidity_change='reconnect')
            old = message(50, 'old').replace(b'\n', b'\r\n')
            world.world.fill('letters', [(old, FIRST, [])])
            world.world.arm('EXPUNGE:done', n=2, act='rst')
            run = world.drive()
            box, others = world.contents()
            tap.equal((octets(box), others), (octets(expected(texts)) + Counter([hashlib.sha256(old).hexdigest()]), []), f'{what}: each once', run)
            tap.equal((counts(run)['copied'], counts(run)['present'], run.json['rung']), (len(texts), 0, 'R3'), f'{what}: all were copied', run)
            world.close()


def part_faithful():
    """On a server that keeps octets, the same Message-ID, date, sender and subject with another text is another message."""
    head = b'Message-ID: <same@example.org>\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nFrom: anna@example.org\nSubject: same\n\n'
    texts = [(head + b'one text %d\n' % i, '') for i in range(5)]
    with Server() as server:
        world = World(server, 'faithful', {}, texts)
        wire = [(head + b'another text\n').replace(b'\n', b'\r\n'), (head + b'one text 0').replace(b'\n', b'\r\n')]
        world.world.fill('letters', [(octets_, FIRST + i, []) for i, octets_ in enumerate(wire)])
        run = world.drive()
        box, others = world.contents()
        tap.equal((counts(run)['copied'], counts(run)['present']), (5, 0), 'faithful: all are others', run)
        tap.equal((sum(box.values()), others), (7, []), 'faithful: all are there', run)
        run = world.drive('verify')
        tap.equal((counts(run)['present'], run.json['verdict']), (5, 'complete'), 'faithful: verified', run)
        world.close()

        # Half of it is altered: what is not altered is found by every octet.
        texts = [(message(i, 'box'), '') for i in range(6)]
        world = World(server, 'partly', {'rewrite': ['munge8bit']}, texts + [(b'Subject: \xfc\nMessage-ID: <u@x>\n\nx\n', '')])
        world.drive()
        world.forget()
        run = world.drive()
        tap.equal((counts(run)['copied'], counts(run)['present']), (0, 7), 'partly: nothing', run)
        tap.equal(proof(run), {'byte-identical': 6, 'fingerprint': 1}, 'partly: each by what it is', run)
        world.close()


def part_merging():
    """Gmail keeps identical messages once: said of each, and nothing is sent in vain."""
    twin = message(1, 'twin')
    texts = [(twin, ''), (message(2, 'other'), ''), (twin, ''), (twin, 'S')]
    with Server() as server:
        world = World(server, 'gmail', {}, texts)
        world.world.reset('gmail')
        for when in ('first', 'again', 'journal lost'):
            run = world.drive()
            box, others = world.contents()
            copied = 2 if when == 'first' else 0
            tap.equal((counts(run)['copied'], counts(run)['present'], run.json['verdict']), (copied, 4 - copied, 'complete'), f'merging, {when}', run)
            tap.equal(codes(run)['merged-by-server'], 2, f'merging, {when}: said of each', run)
            tap.equal(({text for text in octets(box)}, others), (set(octets(expected(texts))), []), f'merging, {when}: all different ones are there')
            if when == 'again':
                world.forget()
        world.close()


def part_look_away():
    """The mailbox for the proof is ours: nothing of it stays, whatever breaks."""
    texts = [(message(i, 'box'), '') for i in range(8)]
    with Server() as server:
        for step in ('CREATE:done', 'APPEND:stored', 'DELETE:done'):
            world = World(server, 'breaks-' + step, {'rewrite': ['headers']}, texts)
            world.drive()
            world.forget()
            world.world.arm(step, act='rst')
            run = world.drive()
            box, others = world.contents()
            tap.equal((counts(run)['copied'], counts(run)['present'], others), (0, 8, []), f'broken at {step}', run)
            tap.equal(sum(box.values()), 8, f'broken at {step}: still once', run)
            world.close()


main(globals())
