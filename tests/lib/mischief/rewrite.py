"""How servers change what they are given to keep.

SPDX-License-Identifier: GPL-3.0-or-later

  mime         MAPI's round trip: known headers first, the others after them, folded anew; boundaries renamed (Exchange)
  wrap72       text is wrapped at 72 columns (Exchange 5.5, KB Q238183)
  msgid_domain the domain of Message-ID is the server's (Domino, imapsync's option --messageidnodomain)
  final_crlf   a line end is added where none is (Courier, Gmail)
  bare_cr      a bare CR is dropped (Courier)
  crlf_after   two octets are added always (hMailServer)
  nul_0x80     NUL is 0x80 (Dovecot without BINARY)
  munge8bit    8-bit octets in the header become X (Cyrus, munge8bit)
  trim_blanks  blanks at the ends of header lines go (Gmail)
  no_text      a message without text gets an empty line (mailutils; tests/support/server_imap4d.py)
  headers      headers of the server's own are put in front (mailutils)
"""
import re
import textwrap

FIRST = [b'received', b'from', b'to', b'cc', b'subject', b'thread-topic', b'date', b'message-id', b'references', b'in-reply-to',
         b'content-type', b'mime-version']
KNOWN_CHARSETS = {'us-ascii', 'utf-8', 'utf-16', 'utf-7', 'big5', 'gb2312', 'gbk', 'gb18030', 'hz-gb-2312', 'euc-jp', 'euc-kr', 'shift_jis',
                  'iso-2022-jp', 'iso-2022-kr', 'koi8-r', 'koi8-u', 'ks_c_5601-1987', 'tis-620', 'macintosh'}


def split(octets):
    head, separator, body = octets.partition(b'\r\n\r\n')
    return head, separator, body


def fields(head):
    return [] if not head else re.split(rb'\r\n(?![ \t])', head)


def mime(octets):
    head, separator, body = split(octets)
    lines = fields(head)

    def key(line):
        name = line.partition(b':')[0].strip().lower()
        return FIRST.index(name) if name in FIRST else len(FIRST)
    lines.sort(key=key)
    lines = [b' '.join(line.split()) if len(line) < 500 else line for line in lines]
    if not any(line.lower().startswith(b'mime-version:') for line in lines):
        lines.append(b'MIME-Version: 1.0')
    if (match := re.search(rb'boundary="?([^"\s;]+)"?', head, re.I)) and len(match[1]) > 5:
        new = b'_000_' + match[1][-20:] + b'_'
        lines = [line.replace(match[1], new) for line in lines]
        body = body.replace(b'--' + match[1], b'--' + new)
    return b'\r\n'.join(lines) + (separator or b'\r\n\r\n') + body


def wrap72(octets):
    head, separator, body = split(octets)
    if re.search(rb'^content-type: *(?!text/plain)', head, re.I | re.M):
        return octets
    lines = []
    for line in body.decode('latin-1').split('\r\n'):
        lines += textwrap.wrap(line, 72, drop_whitespace=False) or ['']
    return head + separator + '\r\n'.join(lines).encode('latin-1')


def msgid_domain(octets):
    head, separator, body = split(octets)
    return re.sub(rb'(?im)^(message-id: *<[^@>\r\n]*)@[^>\r\n]*>', rb'\1@server.example>', head) + separator + body


def final_crlf(octets):
    return octets if octets.endswith(b'\r\n') else octets + b'\r\n'


def bare_cr(octets):
    return re.sub(rb'\r(?!\n)', b'', octets)


def munge8bit(octets):
    head, separator, body = split(octets)
    return re.sub(rb'[\x80-\xff]', b'X', head) + separator + body


def trim_blanks(octets):
    head, separator, body = split(octets)
    return re.sub(rb'[ \t]+(?=\r\n|$)', b'', head) + separator + body


def no_text(octets):
    return octets + b'\r\n' if not split(octets)[2] else octets


KINDS = {'mime': mime, 'wrap72': wrap72, 'msgid_domain': msgid_domain, 'final_crlf': final_crlf, 'bare_cr': bare_cr,
         'crlf_after': lambda octets: octets + b'\r\n', 'nul_0x80': lambda octets: octets.replace(b'\0', b'\x80'),
         'munge8bit': munge8bit, 'no_text': no_text, 'trim_blanks': trim_blanks,
         'headers': lambda octets: b'X-IMAPbase: 1 1\r\nX-UID: 1\r\n' + octets}


def apply(kinds, octets):
    for kind in kinds:
        octets = KINDS[kind](octets)
    return octets


def identity(octets):
    """What makes two messages the same to Gmail."""
    head, _, body = split(octets)
    match = re.search(rb'(?im)^message-id:\s*(\S+)', head)
    return match[1] if match else head, body


def has_unknown_charset(octets):
    head = split(octets)[0]
    for name in re.findall(rb'=\?([^?*]+)(?:\*[^?]*)?\?[BbQq]\?', head):
        word = name.decode('latin-1').lower()
        if word not in KNOWN_CHARSETS and not re.fullmatch(r'iso-8859-\d+|windows-\d+|cp\d+|ibm\d+', word):
            return True
    return False
