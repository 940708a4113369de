#!/usr/bin/python3
"""Repairs of messages, by another program's eyes: what is decoded from a repaired message is what the original holds.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import email
import email.header
import email.policy
import os
import random
import sys

sys.path.insert(0, os.path.join(os.environ['HAUL_SOURCE_DIR'], 'tests/support'))
from haultest import *

tap = Tap()
DUMP = BUILD / 'tests/store/repair-dump'
LIMIT = 9900


def repair(data, wanted='all'):
    """Flaws, what was done, the repaired octets."""
    out = subprocess.run([DUMP, wanted], input=data, capture_output=True, check=True).stdout
    head, _, rest = out.partition(b'\n')
    flaws, _, done = head.decode().partition('|')
    return flaws, done, rest


def text_of(value):
    """A field's text: encoded words decoded, octets over 127 as UTF-8 or else windows-1252, blanks evened out."""
    raw = str(value).encode('utf-8', 'surrogateescape')
    parts = []
    for text, charset in email.header.decode_header(raw.decode('ascii', 'surrogateescape')):
        octets = text if isinstance(text, bytes) else text.encode('ascii', 'surrogateescape')
        try:
            parts.append(octets.decode(charset or 'utf-8'))
        except UnicodeDecodeError:
            parts.append(octets.decode('windows-1252', 'replace'))
    return ' '.join(''.join(parts).replace('"', '').split())


def raw_field(message, name):
    return next((v for k, v in message.raw_items() if k.lower() == name), '')


def parts_of(data):
    """Type, file name and decoded content of each part."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    found = []
    for part in message.walk():
        content = None if part.is_multipart() else part.get_payload(decode=True) or b''
        if content is not None and part.get_content_maintype() == 'text':
            content = content.replace(b'\0', b'')
        # The line end that a message gets is a part's own where nothing marks its end.
        if content is not None:
            content = content.rstrip(b'\r\n')
        name = part.get_filename()
        raw = [value for key, value in part.raw_items() if key.lower() == 'content-disposition']
        octets = raw[0].encode('ascii', 'surrogateescape') if raw else b''
        if b'filename="' in octets:
            octets = octets.partition(b'filename="')[2].rstrip(b'"')
            name = octets.decode('windows-1252')
        found.append((part.get_content_type(), name, content))
    return found


def lines_of(data):
    return data.split(b'\r\n')


def exact(what, before, wanted, after, done):
    flaws, got_done, got = repair(before, wanted)
    tap.equal((got_done, got), (done, after), what)


def part_exact():
    plain = b'From: a@b\r\nSubject: s\r\n\r\n'
    exact('final line end', plain + b'x', 'final-line-end', plain + b'x\r\n', 'final-line-end')
    exact('final line end: there already', plain + b'x\r\n', 'all', plain + b'x\r\n', '')
    exact('final line end: half of it', plain + b'x\r', 'final-line-end', plain + b'x\r\r\n', 'final-line-end')
    exact('zero octets', b'', 'empty', b'\r\n', 'empty')
    exact('zero octets, not asked for', b'', 'nul', b'', '')
    exact('NUL in a text', plain + b'a\0b\r\n', 'nul', plain + b'ab\r\n', 'nul')
    exact('NUL in a field', b'Subject: a\0b\r\n\r\n', 'nul', b'Subject: ab\r\n\r\n', 'nul')
    exact('NUL in an attachment is kept, encoded',
          b'MIME-Version: 1.0\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\na\0b', 'nul',
          b'MIME-Version: 1.0\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi\r\n', 'nul')
    exact('From line', b'From a@b Mon Jan  1\r\n' + plain, 'from-line', b'X-From-Line: a@b Mon Jan  1\r\n' + plain, 'from-line')
    exact('8-bit: subject', 'Subject: Grüße an Jörg Fuß und mehr\r\n\r\n'.encode(), 'header-8bit',
          b'Subject: =?utf-8?B?R3LDvMOfZQ==?= an =?utf-8?B?SsO2cmcgRnXDnw==?= und mehr\r\n\r\n', 'header-8bit')
    exact('8-bit: a name in quotes', b'From: "J\xf6rg, M" <a@b>\r\n\r\n', 'header-8bit',
          b'From: =?windows-1252?B?SvZyZywgTQ==?= <a@b>\r\n\r\n', 'header-8bit')
    exact('8-bit: the charset of the text', b'Subject: \xf6\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n', 'header-8bit',
          b'Subject: =?koi8-r?B?9g==?=\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n', 'header-8bit')
    exact('8-bit: a file name', 'Content-Type: application/x; name="ü 1.txt"\r\n\r\n'.encode(), 'header-8bit',
          b"Content-Type: application/x; name*=utf-8''%C3%BC%201.txt\r\n\r\n", 'header-8bit')
    exact('8-bit: an address cannot be', b'From: j\xf6rg@b\r\n\r\n', 'header-8bit', b'From: j\xf6rg@b\r\n\r\n', '')
    exact('8-bit: the text is left alone', plain + b'\xf6\r\n', 'all', plain + b'\xf6\r\n', '')
    long = b'x' * 9901
    flaws, done, got = repair(plain + long + b'\r\n')
    tap.equal((flaws, done, max(map(len, lines_of(got))) <= 76, parts_of(got)), ('long-lines', 'long-lines', True, parts_of(plain + long + b'\r\n')),
              'long line: a text becomes quoted-printable')
    tap.equal(repair(plain + b'x' * 9900 + b'\r\n')[0:2], ('', ''), 'long line: 9,900 octets are none')


def part_sealed():
    for kind in ('multipart/signed', 'multipart/encrypted'):
        body = b'--x\r\nSubject: \xff\r\n\r\na\0b' + b'y' * 12000 + b'\r\n--x--\r\n'
        data = b'Subject: \xff\r\nContent-Type: %s; boundary=x\r\n\r\n' % kind.encode() + body
        flaws, done, got = repair(data)
        tap.equal((done, got.partition(b'\r\n\r\n')[2]), ('header-8bit', body), f'{kind}: not touched behind its header')
    for kind, body in (('application/pkcs7-mime', b'a\0' + b'y' * 12000), ('application/x-pkcs7-mime', b'a\0'),
                       ('text/plain', b'Hi\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n' + b'z\0' * 9000 + b'\r\n')):
        data = b'Content-Type: %s\r\n\r\n' % kind.encode() + body + b'\r\n'
        flaws, done, got = repair(data)
        tap.equal((done, got), ('', data), f'{kind}: not touched')
    inner = b'Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\na\0b\r\n--x--\r\n'
    data = b'Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n' + inner + b'\r\n--o\r\n\r\nc\0d\r\n--o--\r\n'
    flaws, done, got = repair(data)
    tap.equal((done, got), ('nul', data.replace(b'c\0d', b'cd')), 'a signed part among others: it alone is not touched')


def random_leaf(dice):
    kind = dice.choice(['text/plain; charset=iso-8859-1', 'text/html; charset="utf-8"', 'application/octet-stream', 'image/png', None])
    words = [b'word', b'na\xefve', b'=3D', b'.', b'From here', b' \t', b'a' * dice.choice([3, 70, 200, 10500]), b'\r\n', b'\r\n\r\n', b'--', b'\0' if dice.random() < 0.3 else b'x']
    content = b' '.join(dice.choice(words) for _ in range(dice.randrange(1, 40)))
    encoding = dice.choice([b'8bit', None, b'base64', b'quoted-printable', b'7bit'])
    head = b''
    if kind is not None:
        head += b'Content-Type: ' + kind.encode() + b'\r\n'
        if dice.random() < 0.3:
            head += b'Content-Disposition: attachment; filename="\xfcb er.txt"\r\n'
    if encoding == b'base64':
        content = base64.b64encode(content)
        content = content if dice.random() < 0.5 else b'\r\n'.join(content[i:i + 76] for i in range(0, len(content), 76))
    elif encoding == b'quoted-printable':
        content = b''.join(b'=%02X' % octet if octet > 126 or octet in b'=\0' else bytes([octet]) for octet in content)
    if encoding is not None:
        head += b'Content-Transfer-Encoding: ' + encoding + b'\r\n'
    return head + b'\r\n' + content


def random_part(dice, depth):
    if depth > 2 or dice.random() < 0.5:
        return random_leaf(dice)
    mark = b'b%d' % dice.randrange(10 ** 9)
    parts = [random_part(dice, depth + 1) for _ in range(dice.randrange(1, 4))]
    return (b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\npreamble\r\n'
            + b''.join(b'--' + mark + b'\r\n' + part + b'\r\n' for part in parts) + b'--' + mark + b'--\r\n')


def part_property():
    seed = int(os.environ.get('HAUL_TEST_SEED', '4'))
    dice = random.Random(seed)
    bad, seen = [], Counter()
    for i in range(120):
        head = (b'From: ' + dice.choice([b'a@b.c', b'"J\xf6rg M" <a@b.c>', b'J\xc3\xb6rg <a@b.c>', b'a@b.c (J\xf6)'])
                + b'\r\nSubject: ' + dice.choice([b'plain', 'Grüße und Fuß'.encode(), b'\xe4\xf6 \xfc x', 'Ж'.encode() * 90])
                + b'\r\nReferences: ' + b' '.join(b'<%d@x>' % n for n in range(dice.choice([1, 2, 3000])))
                + b'\r\nMIME-Version: 1.0\r\n')
        data = head + random_part(dice, 0)
        flaws, done, got = repair(data)
        seen.update(done.split(', '))
        before, after = email.message_from_bytes(data), email.message_from_bytes(got)
        checks = {'NUL': b'\0' not in got, 'lines': max(map(len, lines_of(got))) <= LIMIT,
                  'line ends': b'\n' not in got.replace(b'\r\n', b'') and got.endswith(b'\r\n'),
                  'header': all(octet < 128 for octet in got.partition(b'\r\n\r\n')[0]), 'parts': parts_of(data) == parts_of(got),
                  'fields': all(text_of(raw_field(before, name)) == text_of(raw_field(after, name)) for name in ('from', 'subject', 'references')),
                  'again': repair(got)[1:] == ('', got)}
        failed = [name for name, is_good in checks.items() if not is_good]
        if failed:
            bad.append((i, failed, data[:300], got[:300]))
    tap.check(not bad, f'120 messages by chance (seed {seed}) mean the same when they are repaired', '\n'.join(map(repr, bad[:3])) + f'\n{len(bad)} bad')
    tap.check(all(seen[name] > 8 for name in ('nul', 'long-lines', 'header-8bit', 'final-line-end')), 'by chance: each repair was made', seen)


def part_carrier():
    data = 'From: Jörg <a@b>\r\nTo: c@d\r\nDate: Mon, 1 Jan 2001 00:00:00 +0000\r\nSubject: Grüße\r\nMessage-ID: <1@x>\r\nX: y\r\n\r\n'.encode() + b'\0\xff' + b'z' * 20000
    flaws, done, got = repair(data, 'carrier')
    message = email.message_from_bytes(got)
    note, attachment = message.get_payload()
    tap.equal((done, attachment.get_payload(decode=True), attachment.get_filename()), ('carrier', data, 'original.eml'), 'carrier: the original is in it, octet for octet')
    tap.equal([text_of(message[name]) for name in ('From', 'To', 'Date', 'Subject', 'Message-ID')],
              ['Jörg <a@b>', 'c@d', 'Mon, 1 Jan 2001 00:00:00 +0000', 'Grüße', '<1@x>'], 'carrier: it is found as the original is')
    tap.check(max(map(len, lines_of(got))) <= 200 and max(got) < 128 and b'\0' not in got, 'carrier: nothing in it can be refused')


part_exact()
part_sealed()
part_carrier()
part_property()
tap.done()
