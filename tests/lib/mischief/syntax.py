"""The words of IMAP: tokens, sets, dates, patterns, quoting (RFC 3501 §9).

SPDX-License-Identifier: GPL-3.0-or-later
"""
import calendar
import functools
import re
import time

MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
TOKEN = re.compile(rb' *(?:"((?:[^"\\\r\n]|\\.)*)"|([()])|((?:\\?[^ ()"\r\n{]|\{(?!\d+[+-]?\}$))+))')
LITERAL = re.compile(rb' ?(~?)\{(\d{1,12})([+-]?)\}$')
DATE = re.compile(r'^( ?\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$')
QUOTABLE = re.compile(rb'^[\x20-\x7e]*$')
KEYWORD = re.compile(rb'^[^\x00-\x20\x7f-\xff(){%*"\\\]]+$')


class Syntax(Exception):
    """A command that cannot be read."""


class Quoted(bytes):
    """A string that came in quotes or as a literal: an astring, not an atom."""


def tokens(text, into=None):
    """Lists in parentheses become lists; INTO is the row of open lists that a literal interrupted."""
    stack = into or [[]]
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            if text[position:].strip(b' ') == b'':
                break
            raise Syntax('cannot read the arguments')
        position = match.end()
        if match[1] is not None:
            stack[-1].append(Quoted(re.sub(rb'\\(.)', rb'\1', match[1])))
        elif match[2] == b'(':
            stack.append([])
        elif match[2] == b')':
            if len(stack) < 2:
                raise Syntax('a parenthesis too many')
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(match[3])
    return stack


def uid_set(text, highest):
    """[(first, last)] of `1:3,7,9:*`; `*` is HIGHEST, and `n:*` has at least HIGHEST in it."""
    ranges = []
    for part in text.split(b','):
        first, colon, last = part.partition(b':')
        a, b = (highest if x == b'*' else int(x) if x.isdigit() and x != b'0' else None for x in (first, last or first))
        if a is None or b is None or (colon and not last):
            raise Syntax('cannot read the set')
        ranges.append((min(a, b), max(a, b)))
    return ranges


def pack(numbers):
    """The shortest set of NUMBERS in their order: `3:7,9`."""
    parts = []
    for n in numbers:
        if parts and parts[-1][1] + 1 == n:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return b','.join(b'%d' % a if a == b else b'%d:%d' % (a, b) for a, b in parts)


def parse_date(text, zone_ignored=False):
    """Unix seconds of an INTERNALDATE; ValueError where there is no such date."""
    match = DATE.match(text.decode('ascii', 'replace'))
    if match is None or match[2].capitalize() not in MONTHS:
        raise ValueError('no date')
    day, month, year = int(match[1]), MONTHS.index(match[2].capitalize()) + 1, int(match[3])
    hour, minute, second, hours, minutes = int(match[4]), int(match[5]), int(match[6]), int(match[8]), int(match[9])
    if not 1 <= day <= calendar.monthrange(max(year, 1), month)[1] or hour > 23 or minute > 59 or second > 60 or minutes > 59:
        raise ValueError('no date')
    zone = 0 if zone_ignored else (hours * 3600 + minutes * 60) * (-1 if match[7] == '-' else 1)
    return calendar.timegm((year, month, day, hour, minute, second)) - zone


@functools.lru_cache(4096)
def format_date(seconds):
    t = time.gmtime(seconds)
    return b'%02d-%s-%04d %02d:%02d:%02d +0000' % (t.tm_mday, MONTHS[t.tm_mon - 1].encode(), t.tm_year, t.tm_hour, t.tm_min, t.tm_sec)


def quote(name):
    """A string as it is sent: in quotes, or as a literal."""
    if QUOTABLE.match(name):
        return b'"' + name.replace(b'\\', b'\\\\').replace(b'"', b'\\"') + b'"'
    return b'{%d}\r\n' % len(name) + name


def pattern(text, delimiter):
    """A LIST pattern as a regular expression."""
    level = b'[^' + re.escape(delimiter) + b']*' if delimiter else b'.*'
    parts = [b'.*' if c == b'*' else level if c == b'%' else re.escape(c) for c in (text[i:i + 1] for i in range(len(text)))]
    return re.compile(b'^' + b''.join(parts) + b'$', re.S)


def is_mailbox_name(name):
    """Whether it is modified UTF-7 (RFC 3501 §5.1.3), as strict servers check it."""
    if not name or any(c < 0x20 or c > 0x7e for c in name):
        return False
    return all(re.fullmatch(rb'&(?:[A-Za-z0-9+,]{2,})?-', part) for part in re.findall(rb'&[^-]*-?', name))
