"""The mail that is copied: made from a seed, as a Maildir and as an mbox.  SPDX-License-Identifier: GPL-3.0-or-later

small   20,000 messages of some 4 kB
mixed   10,000 messages, 600 to 700 MB: most are text, some carry a file of up to 9 MB
big     150 messages of 1 to 10 MB
"""
import base64
import math
import os
import random
import time
from email.utils import formatdate
from pathlib import Path

FIRST = 1_104_537_600  # 2005
WORDS = ('about account after again agenda already answer appointment archive arrived attached autumn because before believe between '
         'bicycle budget building calendar certainly chapter children coffee colleague complete concert contract country cousin '
         'customer decided delivery department dinner document drawing early evening everything expected family favourite figures '
         'forward garden grateful greetings happened history holiday however important invoice journey kitchen language letter '
         'library little meeting message minutes moment morning neighbour number offer office opening order paper perhaps picture '
         'please postcard project question railway really receipt regards report reservation river school season signed something '
         'spring station street summer telephone thought tickets together tomorrow travel understand village waiting weather weekend '
         'window winter without wonder yesterday Grüße déjà à bientôt').split()
FLAGS = ('S', 'S', 'S', 'S', 'RS', 'RS', 'FS', 'FRS', '', '')
STATUS = {'S': 'RO', 'RS': 'RO', 'FS': 'RO', 'FRS': 'RO', '': 'O'}


def some_text(dice, median, most=200_000):
    return int(min(dice.lognormvariate(math.log(median), 0.8), most))


def small(dice):
    return some_text(dice, 3500), 0


def mixed(dice):
    chance = dice.random()
    if chance < 0.80:
        return some_text(dice, 4500), 0
    if chance < 0.97:
        return 3000, int(dice.lognormvariate(math.log(80_000), 0.8))
    return 2500, int(min(dice.lognormvariate(math.log(1_200_000), 0.9), 9_000_000))


def big(dice):
    return 2000, int(10 ** dice.uniform(6, 7))


SETS = {'small': (20_000, small), 'mixed': (10_000, mixed), 'big': (150, big)}


class Writer:
    def __init__(self, name, dice):
        self.name, self.dice = name, dice
        self.lines = [(' '.join(dice.choice(WORDS) for _ in range(dice.randint(3, 10))) + '\n').encode() for _ in range(4000)]
        self.lines += [b'\n'] * 400
        self.file = base64.encodebytes(dice.randbytes(9_500_000))

    def text(self, size):
        parts, total = [], 0
        while total < size:
            parts.append(self.dice.choice(self.lines))
            total += len(parts[-1])
        return b''.join(parts)

    def message(self, number, date, sizes):
        dice = self.dice
        text_size, file_size = sizes(dice)
        sender = f'person{dice.randrange(300)}@example{dice.randrange(40)}.org'
        head = (f'Return-Path: <{sender}>\nReceived: from mx{dice.randrange(9)}.example.net by mail.example.com\n'
                f'\twith ESMTPS id {dice.getrandbits(40):010X}; {formatdate(date)}\nFrom: Somebody <{sender}>\nTo: me@example.com\n'
                f"Subject: {' '.join(dice.choice(WORDS[:80]) for _ in range(dice.randint(2, 8)))} {number}\nDate: {formatdate(date)}\n"
                f'Message-ID: <{self.name}.{number}.{dice.getrandbits(64):016x}@example.org>\nMIME-Version: 1.0\n').encode()
        kind = b'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'
        if not file_size:
            return head + kind + self.text(text_size)
        mark = f'=_{dice.getrandbits(64):x}'.encode()
        n_lines = file_size // 57
        at = 77 * dice.randrange(max(1, len(self.file) // 77 - n_lines))
        return (head + b'Content-Type: multipart/mixed; boundary="' + mark + b'"\n\n--' + mark + b'\n' + kind + self.text(text_size) + b'\n--'
                + mark + b'\nContent-Type: application/octet-stream; name="file.bin"\nContent-Transfer-Encoding: base64\n\n'
                + self.file[at:at + 77 * n_lines] + b'--' + mark + b'--\n')


def make(name, place, count=None, seed=1):
    """Writes PLACE/maildir and PLACE/mbox. Returns how many messages, and their octets on the wire."""
    n_messages, sizes = SETS[name]
    n_messages = count or n_messages
    dice = random.Random(f'{name}/{seed}')
    writer = Writer(name, dice)
    maildir = Path(place, 'maildir')
    for part in ('cur', 'new', 'tmp'):
        (maildir / part).mkdir(parents=True)
    octets = 0
    step = 630_000_000 // n_messages
    with open(Path(place, 'mbox'), 'wb') as mbox:
        for i in range(n_messages):
            date = FIRST + i * step + dice.randrange(step)
            text = writer.message(i, date, sizes)
            octets += len(text) + text.count(b'\n')
            flags = dice.choice(FLAGS)
            path = maildir / 'cur' / f'{date}.M{i}.host:2,{flags}'
            path.write_bytes(text)
            os.utime(path, (date, date))
            kept = text.replace(b'\n\n', f'\nStatus: {STATUS[flags]}\n\n'.encode(), 1).replace(b'\nFrom ', b'\n>From ')
            mbox.write(time.strftime('From somebody@example.org %a %b %e %H:%M:%S %Y\n', time.gmtime(date)).encode() + kept + b'\n')
    return n_messages, octets
