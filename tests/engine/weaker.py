"""The rung that each kind of server gets, and that it is exact there.  SPDX-License-Identifier: GPL-3.0-or-later

    python3 weaker.py DRIVER PART         with the scripted server; no other is needed
"""
from enginetest import *

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

os.environ['HAUL_FAULT_HOLD_MS'] = '300'
# Personality, variant: the rung into a new mailbox, and into one that is there.
KINDS = [
    ('conforming', None, 'R1', 'R1'),
    ('no-uidplus', None, 'R1', 'R1'),
    ('move-in-both', None, 'R3', 'R3'),
    ('no-move', None, 'R2', 'R3'),
    ('no-move', 'no-uidplus', 'R2', 'R3'),
    ('no-move', 'no-rename', 'R3', 'R3'),
    ('no-create', None, None, 'R4'),
    ('no-create', 'no-move', None, 'R4'),
    ('minimal-rfc3501', None, 'R2', 'R3'),
    ('courier-like', None, 'R2', 'R3'),
    ('hmailserver', None, 'R2', 'R3'),
    ('exchange-5.5', None, 'R2', 'R3'),
    ('exchange-2003', None, 'R2', 'R3'),
    ('exchange-2010', None, 'R2', 'R3'),
    ('exchange-2016', None, 'R1', 'R1'),
]


class Case:
    """An account at the scripted server, an empty state folder, an mbox."""

    def __init__(self, server, what, personality, variant, texts, is_there, **switches):
        self.what, self.texts = what, texts
        self.world = server.world(re.sub(r'\W', '-', what), f'{personality}:{variant}' if variant else personality,
                                  user=USER, password=PASSWORD, switches=switches)
        self.dir = tempfile.mkdtemp(prefix='weaker.')
        self.state = self.dir + '/state'
        os.mkdir(self.dir + '/mail')
        self.source = str(write_mbox(f'{self.dir}/mail/letters', texts))
        if is_there:
            self.run('copy', state=self.dir + '/before', source=str(write_mbox(f'{self.dir}/letters', texts[:2])))

    def __enter__(self):
        return self

    def run(self, verb='copy', state=None, source=None):
        return drive(verb, state or self.state, source or self.source, port=self.world.port)

    def check(self, run):
        contents = self.world.contents(as_sent=True)
        ours = strangers(contents)
        found = sum((box for name, box in contents.items() if name not in ours), Counter())
        wanted = Counter(hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest() for text, _ in self.texts)
        good = octets(found) == wanted and not ours
        tap.check(good, f'{self.what}: exact', f'missing {wanted - octets(found)}\nsurplus {octets(found) - wanted}\n{list(contents)}\n{run}')

    def __exit__(self, *_):
        self.world.close()
        shutil.rmtree(self.dir)


def part_kinds():
    texts = [(message(i, 'box', 300), 'S' if i % 2 else '') for i in range(14)]
    texts += [texts[0], texts[0]]
    with Server() as server:
        for personality, variant, new, there in KINDS:
            for rung, is_there in (new, False), (there, True):
                if rung is None:
                    continue
                what = f'{personality} {variant or ""} {"there" if is_there else "new"}'
                with Case(server, what, personality, variant, texts, is_there) as case:
                    run = case.run()
                    case.check(run)
                    tap.equal((run.json['verdict'], run.json['rung'], counts(run)['failed']), ('complete', rung, 0), f'{what}: {rung}', run)
                    run = case.run()
                    tap.equal((counts(run)['copied'], counts(run)['present']), (0, 16), f'{what}: nothing to do again', run)


main(globals())
