"""Maildir++ read from its files: what Dovecot and Courier write.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os

from haultest import decode_name
from servers import Stored, crlf

FLAGS = {'S': '\\Seen', 'R': '\\Answered', 'F': '\\Flagged', 'T': '\\Deleted', 'D': '\\Draft'}


def flags_of(name):
    letters = name.partition(':2,')[2]
    return frozenset(FLAGS[letter] for letter in letters if letter in FLAGS)


def read_folder(path):
    messages = []
    for part in ('new', 'cur'):
        for file in sorted((path / part).iterdir()):
            messages.append(Stored(crlf(file.read_bytes()), int(file.stat().st_mtime), flags_of(file.name)))
    return messages


def read_maildir(path):
    """{name: messages}; the levels are parted by “/”, as in all mailboxes()."""
    found = {'INBOX': read_folder(path)} if (path / 'cur').is_dir() else {}
    for entry in os.listdir(path) if path.is_dir() else []:
        if entry.startswith('.') and (path / entry / 'cur').is_dir():
            found[decode_name(entry[1:].replace('.', '/'))] = read_folder(path / entry)
    return found
