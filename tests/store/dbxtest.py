"""What the tests of Outlook Express stores share: the store as our reader sees it, and as undbx does.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / 'support'
sys.path.insert(0, str(SUPPORT))
sys.dont_write_bytecode = True

import dbxwriter  # noqa: E402
from haultest import BUILD, SOURCE, Tap, folder  # noqa: E402,F401

DUMP = BUILD / 'tests/store/store-dump'
CORPUS = Path(os.environ.get('HAUL_CORPUS', SOURCE.parent / 'shared/corpus'))
LIMIT = 60


class Dump:
    """Everything store-dump says of a path."""

    def __init__(self, path):
        self.path = path
        run = subprocess.run([DUMP, path], capture_output=True, timeout=LIMIT)
        self.code, self.stderr = run.returncode, run.stderr.decode()
        self.store, self.folders, self.messages, self.errors = None, {}, {}, []
        for line in run.stdout.decode().splitlines():
            for kind, value in json.loads(line).items():
                if kind == 'store':
                    self.store = value
                elif kind == 'folder':
                    self.folders[value['id']] = value
                elif kind == 'message':
                    self.messages.setdefault(value['folder'], []).append(value)
                else:
                    self.errors.append(value)

    def paths(self):
        return ['/'.join(f['path']) for f in self.folders.values()]

    def named(self, path):
        """The folder of this path, with its messages."""
        for f in self.folders.values():
            if '/'.join(f['path']) == path:
                return f, self.messages.get(f['id'], [])
        raise KeyError(path)

    def only(self):
        """The messages of the only folder."""
        (f,) = self.folders.values()
        return self.messages.get(f['id'], [])

    def digests(self):
        return Counter(m['sha256'] for ms in self.messages.values() for m in ms if 'sha256' in m)

    def octets(self, message):
        run = subprocess.run([DUMP, self.path, message['folder'], message['key']], capture_output=True, timeout=LIMIT)
        return run.stdout if run.returncode == 0 else None


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def has_undbx():
    return shutil.which('undbx') is not None


def undbx(path):
    """Digests of what undbx takes out of a file or directory; empty texts are messages without one."""
    with folder('undbx') as out:
        subprocess.run(['undbx', path, out], capture_output=True, timeout=LIMIT)
        return Counter(digest(p.read_bytes()) for p in out.rglob('*') if p.is_file() and p.stat().st_size > 0)


def write_file(directory, name, built):
    path = Path(directory) / name
    path.write_bytes(built)
    return path
