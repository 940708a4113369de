"""The shapes in which a secret may lie around, and the search for them.  SPDX-License-Identifier: GPL-3.0-or-later"""
import base64
import os
import stat
import urllib.parse
from pathlib import Path


def encodings(secret):
    """{encoding: texts}, each of which gives the secret away."""
    raw = secret.encode()
    return {'plain': {raw}, 'base64': base64_inside(raw), 'utf-16': {secret.encode('utf-16-le')},
            'percent': {urllib.parse.quote(secret).encode(), urllib.parse.quote(secret, safe='').encode(),
                        urllib.parse.quote_plus(secret).encode()},
            'hex': {raw.hex().encode(), raw.hex().upper().encode()}}


def base64_inside(raw):
    """What base64 makes of it, wherever in a longer text it stands: the letters that its neighbours have no part in."""
    found = set()
    for before in range(3):
        text = base64.b64encode(b'\0' * before + raw)
        first = (before * 8 + 5) // 6
        last = (before + len(raw)) * 8 // 6
        found |= {text[first:last], text[first:last].replace(b'+', b'-').replace(b'/', b'_')}
    return found


def needles(**secrets):
    """[(what, encoding, octets)] of NAME=SECRET."""
    return [(name, encoding, text) for name, secret in secrets.items() for encoding, texts in encodings(secret).items()
            for text in texts]


def find(wanted, where, octets):
    """Lines that say what is where."""
    return [f'{where}: {name}, {encoding}' for name, encoding, text in wanted if octets.find(text) >= 0]


def pieces(path):
    """What is written in a file, each with the end of the one before; not its holes, which may be gigabytes."""
    with open(path, 'rb') as file:
        at, before = 0, b''
        while True:
            try:
                start = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:  # only a hole is left, or nothing
                return
            octets = os.pread(file.fileno(), min(1 << 24, os.lseek(file.fileno(), start, os.SEEK_HOLE) - start), start)
            before = (before if start == at else b'')[-400:] + octets
            yield before
            at = start + len(octets)


def find_in_files(wanted, *places, without=()):
    """In every ordinary file; how many there were, and what was found."""
    hits, n = [], 0
    for place in places:
        for path in [Path(place), *Path(place).rglob('*')]:
            try:
                if path in without or not stat.S_ISREG(path.lstat().st_mode):
                    continue
            except FileNotFoundError:  # gone meanwhile
                continue
            n += 1
            hits += [hit for octets in pieces(path) for hit in find(wanted, path, octets)]
            hits += find(wanted, f'name of {path}', os.fsencode(path))
    return n, hits
