"""Other eyes on local mail: what Python's own modules, undbx and the formats' descriptions say, without our readers.

SPDX-License-Identifier: GPL-3.0-or-later

Each function gives the messages of one folder as Reference tuples, in the folder's order.
"""
import email.utils
import gzip
import mailbox
import re
import shutil
import struct
import subprocess
import tempfile
import time
from calendar import timegm
from collections import namedtuple
from pathlib import Path

# octets as they go over the wire; received in unix seconds, None where the store does not say; flags; marked deleted
Reference = namedtuple('Reference', 'octets received flags deleted')

BOOKKEEPING = {b'status', b'x-status', b'x-keywords', b'x-uid', b'x-imapbase', b'x-imap', b'x-mozilla-status',
               b'x-mozilla-status2', b'x-mozilla-keys', b'x-evolution'}
MOZILLA = {b'x-mozilla-status', b'x-mozilla-status2', b'x-mozilla-keys'}
DELIVERY_SECONDS = 60


def wire(octets):
    """Every line end as CRLF."""
    return re.sub(rb'\r\n|\r|\n', b'\r\n', octets)


def split(octets):
    """A message in wire form as (header lines with their continuations, the empty line and the body)."""
    head, lines = octets, octets.split(b'\r\n')
    fields, at = [], 0
    for line in lines:
        if not line or at >= len(octets):
            break
        if line[:1] in b' \t' and fields:
            fields[-1] += line + b'\r\n'
        else:
            fields.append(line + b'\r\n')
        at += len(line) + 2
    return fields, head[min(at, len(head)):]


def name_of(field):
    name, colon, _ = field.partition(b':')
    return name.strip().lower() if colon else b''


def values(octets, name):
    """The values of a field, unfolded."""
    return [re.sub(rb'\r\n[ \t]*', b' ', f.partition(b':')[2]).strip().decode('latin-1')
            for f in split(octets)[0] if name_of(f) == name.lower().encode()]


def without(octets, names):
    fields, rest = split(octets)
    return b''.join(f for f in fields if name_of(f) not in names) + rest


def plausible(seconds):
    return seconds is not None and 86400 <= seconds <= time.time() + 86400


def parse_date(text):
    parsed = email.utils.parsedate_tz(text)
    if parsed is None:
        return None
    try:
        seconds = email.utils.mktime_tz(parsed)
    except (ValueError, OverflowError):
        return None
    return seconds if plausible(seconds) else None


def header_date(octets):
    """The topmost Received: field that holds a date, else Date:."""
    for value in values(octets, 'Received'):
        for part in reversed(value.split(';')[1:]):
            if (seconds := parse_date(part)) is not None:
                return seconds
    for value in values(octets, 'Date'):
        if (seconds := parse_date(value)) is not None:
            return seconds
    return None


# Outlook Express -------------------------------------------------------------------------------------------------------

DBX_FLAGS = ((0x80, '\\Seen'), (0x20, '\\Flagged'), (0x08, '\\Draft'), (0x80000, '\\Answered'),
             (0x100000, '$Forwarded'))


def undbx(path):
    """Texts that the program undbx takes out of a file; None where it is not installed."""
    if shutil.which('undbx') is None:
        return None
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(['undbx', path, out], capture_output=True, timeout=60)
        return [p.read_bytes() for p in Path(out).rglob('*') if p.is_file() and p.stat().st_size > 0]


def dbx(path):
    """A message file by the format's description: tree, index entries, chains of segments."""
    data = Path(path).read_bytes()

    def u32(at):
        return struct.unpack_from('<I', data, at)[0]

    def walk(node):
        if node == 0:
            return
        if u32(node + 0x14):
            yield from walk(u32(node + 8))
        for i in range(data[node + 0x11]):
            value, child, below = struct.unpack_from('<III', data, node + 0x18 + 12 * i)
            yield value
            if below:
                yield from walk(child)

    def fields(info):
        n = data[info + 0x0A]
        area = info + 12 + 4 * n
        for i in range(n):
            entry = u32(info + 12 + 4 * i)
            index, value = entry & 0x7F, entry >> 8
            yield index, value if entry & 0x80 else None, area + value

    def filetime(at):
        return struct.unpack_from('<Q', data, at)[0] // 10000000 - 11644473600

    found = []
    for info in walk(u32(0xE4)):
        flags, first, dates = 0, 0, {}
        for index, direct, at in fields(info):
            if index == 0x01:
                flags = direct if direct is not None else u32(at)
            elif index == 0x04:
                first = direct if direct is not None else u32(at)
            elif index in (0x06, 0x12):
                dates[index] = filetime(at)
        text = b''
        while first:
            text += data[first + 16:first + 16 + u32(first + 8)]
            first = u32(first + 12)
        found.append(Reference(wire(text), dates.get(0x12, dates.get(0x06)),
                               frozenset(name for bit, name in DBX_FLAGS if flags & bit), False))
    return found


# mbox ------------------------------------------------------------------------------------------------------------------

MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()


# RFC 822 §5.1.
ZONES = {'EDT': -4, 'EST': -5, 'CDT': -5, 'CST': -6, 'MDT': -6, 'MST': -7, 'PDT': -7, 'PST': -8}


def from_date(line):
    """The date of a From_ line; no zone means UTC."""
    match = re.search(rb'(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) +(\w{3}) +(\d+) +(\d+):(\d+)(?::(\d+))?'
                      rb'(?: +([A-Z]+|[-+]\d{4}))? +(\d{4})(?: +([-+]\d{4}))?', line)
    if match is None:
        return None
    month, day, hour, minute, second, zone, year, late_zone = match.groups()
    seconds = timegm((int(year), MONTHS.index(month.decode()) + 1, int(day), int(hour), int(minute), int(second or 0)))
    zone = (zone or late_zone or b'+0000').decode()
    seconds -= (ZONES.get(zone, 0) * 3600 if zone.isalpha()
                else (1 if zone[0] == '+' else -1) * (int(zone[1:3]) * 3600 + int(zone[3:5]) * 60))
    return seconds if plausible(seconds) else None


def pieces_of(path, module, joined):
    """(From_ line, octets) as Python's MODULE cuts the file; the pieces with the numbers JOINED, from 1, are text of
    the message before."""
    octets = wire(Path(path).read_bytes()).replace(b'\r\n', b'\n')
    with tempfile.NamedTemporaryFile() as file:
        file.write(octets)
        file.flush()
        box = module(file.name, create=False)
        box.lock = lambda: None
        places = []
        for number, key in enumerate(box.keys(), 1):
            start, stop = box._toc[key]
            if number in joined:
                places[-1] = (places[-1][0], stop)
            else:
                places.append((start, stop))
        box.close()
    for start, stop in places:
        piece = octets[start:stop]
        if piece.startswith(b'From '):
            line, _, piece = piece.partition(b'\n')
        else:
            line = b''
        yield line, piece


def status_flags(octets):
    """What mail programs noted in a message of an mbox: flags, marked deleted, expunged."""
    def first(name):
        return (values(octets, name) or [''])[0]

    flags, deleted, expunged = set(), False, False
    if 'R' in first('Status'):
        flags.add('\\Seen')
    for letter, flag in (('A', '\\Answered'), ('F', '\\Flagged'), ('T', '\\Draft')):
        if letter in first('X-Status'):
            flags.add(flag)
    deleted = 'D' in first('X-Status')
    bits = int(first('X-Mozilla-Status') or '0', 16)
    for bit, flag in ((1, '\\Seen'), (2, '\\Answered'), (4, '\\Flagged'), (0x1000, '$Forwarded')):
        if bits & bit:
            flags.add(flag)
    expunged = bool(bits & 8)
    deleted = deleted or bool(int(first('X-Mozilla-Status2') or '0', 16) & 0x00200000)
    flags |= {word for name in ('X-Mozilla-Keys', 'X-Keywords') for word in first(name).replace(',', ' ').split()}
    if first('X-Evolution'):
        bits = int(first('X-Evolution').partition('-')[2] or '0', 16)
        for bit, flag in ((1, '\\Answered'), (4, '\\Draft'), (8, '\\Flagged'), (0x10, '\\Seen'), (0x80, '$Junk')):
            if bits & bit:
                flags.add(flag)
        deleted = deleted or bool(bits & 2)
    return frozenset(flags), deleted, expunged


def mbox_message(from_line, octets, unquote=False, seen=False):
    """One message of an mbox; None for what is none: expunged by Mozilla, or c-client's own."""
    octets = wire(octets)
    flags, deleted, expunged = status_flags(octets)
    if expunged or (values(octets, 'X-IMAP') and b'FOLDER INTERNAL DATA' in octets):
        return None
    received = from_date(from_line)
    if from_line.startswith(b'From - ') or received is None:
        received = header_date(octets) or received
    names = set(BOOKKEEPING)
    length = values(octets, 'Content-Length')
    if length and int(length[0]) in (len(split(octets)[1]) - 2, len(split(octets)[1].replace(b'\r\n', b'\n')) - 1):
        names.add(b'content-length')
    octets = without(octets, names)
    if unquote:
        octets = re.sub(rb'(?m)^>(>*From )', rb'\1', octets)
    return Reference(octets, received, flags | ({'\\Seen'} if seen else frozenset()), deleted)


def mbox(path, joined=(), unquote=False, seen=False, module=mailbox.mbox):
    """A whole mbox, or MMDF."""
    found = [mbox_message(line, octets, unquote, seen) for line, octets in pieces_of(path, module, joined)]
    return [m for m in found if m is not None]


# Maildir and single files ----------------------------------------------------------------------------------------------

MAILDIR_FLAGS = {'D': '\\Draft', 'F': '\\Flagged', 'P': '$Forwarded', 'R': '\\Answered', 'S': '\\Seen'}
# The words that RFC 5788's registry knows, for those that old programs used.
KEYWORDS = {'Junk': '$Junk', 'NonJunk': '$NotJunk'}


def maildir(path, has_server_dates=False, seen=False):
    """cur and new of one Maildir; its keywords by Dovecot's table."""
    path = Path(path)
    table = path / 'dovecot-keywords'
    keywords = {}
    if table.exists():
        for line in table.read_text().splitlines():
            number, _, word = line.partition(' ')
            keywords[chr(ord('a') + int(number))] = KEYWORDS.get(word, word)
    found = []
    for file in sorted([*path.glob('cur/*'), *path.glob('new/*')], key=lambda f: f.name):
        if file.name.startswith('.'):
            continue
        octets = file.read_bytes()
        if octets[:2] == b'\x1f\x8b':
            octets = gzip.decompress(octets)
        match = re.search(r'[:!;_-]2,([A-Za-z]*)$', file.name)
        letters = match.group(1) if match else ''
        flags = {MAILDIR_FLAGS[x] for x in letters if x in MAILDIR_FLAGS}
        flags |= {keywords[x] for x in letters if x in keywords} | ({'\\Seen'} if seen else set())
        delivered = re.match(r'(\d+)[._]', file.name)
        delivered = int(delivered.group(1)) if delivered and plausible(int(delivered.group(1))) else None
        modified = int(file.stat().st_mtime)
        if has_server_dates and plausible(modified) and (delivered is None or modified <= delivered + DELIVERY_SECONDS):
            received = modified
        else:
            received = delivered or header_date(wire(octets))
        found.append(Reference(wire(octets), received, frozenset(flags), 'T' in letters))
    return found


def eml(files):
    """Single messages. Nothing says whether they were read but Mozilla's mark; a From_ line before them is not theirs."""
    found = []
    for file in sorted(files):
        octets = file.read_bytes()
        if octets.startswith(b'From ') and from_date(octets.partition(b'\n')[0]) is not None:
            octets = octets.partition(b'\n')[2]
        octets = wire(octets)
        flags = {'\\Seen'}
        if values(octets, 'X-Mozilla-Status'):
            flags, _, _ = status_flags(octets)
        found.append(Reference(without(octets, MOZILLA), header_date(octets), frozenset(flags), False))
    return found
