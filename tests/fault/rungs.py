"""The servers of the matrix, and what is promised on each, said before a run is started.

SPDX-License-Identifier: GPL-3.0-or-later

exact: 0 lost, 0 duplicated, 0 altered, 0 left over, whatever happens.
bound: exact but for what the rung's own sentence in docs/upload.md names; the reason stands here.
"""
from typing import NamedTuple


class Place(NamedTuple):
    """A server. `start`: the command it is run beneath, with its environment; None for the scripted one."""
    name: str
    start: tuple = None
    env: dict = {}
    personality: str = ''
    switches: dict = {}
    texts: dict = {}
    rung: str = 'R1'
    promise: str = 'exact'
    why: str = ''
    unfit: tuple = ()      # corpora it cannot have
    dates: bool = True     # dates and flags can be compared
    files_only: bool = False  # it adds headers of its own, which the look into its files leaves out
    flat: bool = False     # has no mailboxes in mailboxes: A/B is called A-B
    as_sent: bool = False  # it rewrites messages: compared is what was sent to it
    prefill: tuple = ()    # mailboxes that are there already
    random: str = 'sixty'  # the corpus for kills at any moment
    is_open: str = ''      # why it is not run: something to be mended first
    weight: float = 1.0    # its share of chosen points
    stride: int = 6        # of a run's steps, each n-th is broken off at by "every"


def real(name, program, **more):
    return Place(name, start=('tests/support/with-' + program,), **more)


def scripted(name, personality='conforming', **more):
    return Place(name, personality=personality, **more)


CAPS = ('IMAP4rev1 SASL-IR ID LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE UNSELECT CHILDREN SPECIAL-USE LIST-EXTENDED IDLE QUOTA')
NO_MOVE = {'caps_post': CAPS}
NO_UIDPLUS = {'caps_post': CAPS.replace(' UIDPLUS', ' MOVE')}
BARE = {'caps': 'IMAP4rev1 AUTH=PLAIN', 'caps_post': 'IMAP4rev1'}
FOLDERS = ('Projects', 'Projects/Haus', 'A', 'A/deep', 'A/deep/deeper', 'B', 'C')

PLACES = [
    real('dovecot', 'dovecot', weight=3, stride=1),
    real('dovecot-sdbox', 'dovecot', env={'FORMAT': 'sdbox'}),
    real('dovecot-mdbox', 'dovecot', env={'FORMAT': 'mdbox'}),
    real('courier', 'courier', rung='R2/R3', unfit=('tiny', 'headless'), random='unique', weight=0.3, stride=40),
    real('cyrus', 'cyrus', unfit=('tiny', 'headless', 'eight-bit'), weight=0.7),
    real('imap4d', 'imap4d', rung='R2/R3', unfit=('tiny', 'headless', 'eight-bit', 'commands'),
         files_only=True, flat=True, dates=False, random='twins', weight=0.2, stride=60),
    scripted('conforming', weight=2, stride=2),
    scripted('late', switches={'late': {'ms': [0, 60], 'who': 'all'}}, random='twins'),
    scripted('late-orphans', switches={'late': {'ms': [0, 400], 'who': 'orphans', 'look_ms': 2}}),
    scripted('late-login', switches={'late': {'when': 'login', 'ms': 5, 'who': 'orphans', 'look_ms': 2}}),
    scripted('late-deleted', switches={'late': {'when': 'delete', 'ms': 5, 'who': 'orphans', 'look_ms': 2}}),
    scripted('move-both', switches={'move': 'both'}, rung='R3'),
    scripted('no-uidplus', texts=NO_UIDPLUS, switches={'uidplus': False}),
    scripted('wrong-appenduid', switches={'appenduid': 'wrong_uid'}),
    scripted('wrong-copyuid', switches={'copyuid': 'shuffled'}),
    scripted('no-literal-plus', texts={'caps': 'IMAP4rev1 SASL-IR AUTH=PLAIN'}, switches={'literal_plus': 'no'}),
    scripted('no-move', texts=NO_MOVE, switches={'move': 'no'}, rung='R2/R3', weight=2, stride=2),
    scripted('bare', texts=BARE, switches={'move': 'no', 'uidplus': False, 'unselect': False, 'namespace': 'no', 'multiappend': False,
                                           'literal_plus': 'no', 'sasl_ir': False}, rung='R2/R3'),
    scripted('no-create', texts=NO_MOVE, switches={'move': 'no', 'create': False}, rung='R4',
             prefill=FOLDERS),
    # They write messages anew: one of nothing but a line end leaves nothing to know it again by.
    *(scripted(name, personality=name, rung=rung, as_sent=True, unfit=('tiny', 'headless')) for name, rung in (
        ('exchange-5.5', 'R2/R3'), ('exchange-2003', 'R2/R3'), ('exchange-2010', 'R2/R3'), ('exchange-2016', 'R1'),
        ('hmailserver', 'R2/R3'), ('minimal-rfc3501', 'R2/R3'), ('courier-like', 'R2/R3'), ('yahoo-like', 'R1'))),
    scripted('no-move-late', texts=NO_MOVE, switches={'move': 'no', 'late': {'ms': [0, 200], 'who': 'orphans', 'look_ms': 2}}, rung='R2/R3'),
    # The hold is shortened to 30 ms for these runs: 20 ms are within it, 200 are not.
    scripted('no-create-late', texts=NO_MOVE, switches={'move': 'no', 'create': False, 'late': {'ms': [0, 20], 'who': 'orphans', 'look_ms': 2}},
             rung='R4', prefill=FOLDERS),
    scripted('no-create-too-late', texts=NO_MOVE, switches={'move': 'no', 'create': False, 'late': {'ms': [100, 300], 'who': 'orphans',
                                                                                            'look_ms': 2}},
             rung='R4', promise='bound', why='a message in doubt that comes later than the hold may be there twice', prefill=FOLDERS),
]
BY_NAME = {place.name: place for place in PLACES}
