"""The whole suite, searched for the passwords of its users: what each test leaves behind, says and shows.

SPDX-License-Identifier: GPL-3.0-or-later

Where HAUL_SECRETS_LOG names a file, every folder that haultest made is searched before it goes away, and so are all outputs, command
lines and environments; what was found is written there, and summary judges it together with meson's own logs.
"""
import os
import re
import sys
from pathlib import Path

from secretforms import find, find_in_files, needles

LOG = os.environ.get('HAUL_SECRETS_LOG')
WANTED = needles(alice='pässwörd', bob='geheim', carol='p"w\\d')
# Where a test itself puts a password, so that a program can be given it.
OURS = [(r'/(password|secret|token|pw)[^/]*: ', 'the file or command that hands a password over'),
        (r'/(users|masters|userdb|shadow|passwd)[^/]*: ', 'a server’s own list of users')]


def is_ours(hit):
    return any(re.search(pattern, hit) for pattern, _ in OURS)


def note(n, hits):
    if LOG:
        with open(LOG, 'a', encoding='utf-8', errors='backslashreplace') as file:
            file.write(''.join([f'searched {n}\n', *(f'hit {Path(sys.argv[0]).name}: {hit}\n' for hit in hits if not is_ours(hit))]))


def look_into(folder):
    if LOG:
        note(*find_in_files(WANTED, folder))


def look_at(what, octets):
    if LOG and (hits := find(WANTED, what, octets)):
        note(1, hits)


def judge(log, logs):
    """How many files were searched in all, and what is where it must not be."""
    lines = Path(log).read_text(encoding='utf-8').splitlines() if Path(log).exists() else []
    n, hits = find_in_files(WANTED, logs, without=(Path(log),))
    n += sum(int(line.split()[1]) for line in lines if line.startswith('searched '))
    return n, sorted({line[4:] for line in lines if line.startswith('hit ')} | set(hits))
