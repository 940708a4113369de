"""Where in a conversation an octet is: the places at which a connection can be cut.

SPDX-License-Identifier: GPL-3.0-or-later

A place is "VERB/part"; its offset says how many octets of that direction were let through when the cut falls there. Parts:

  up, every command    tag verb arguments cr lf        (the cut is inside the word; cr: between CR and LF; lf: behind)
  up, APPEND           mailbox flags date brace digits close, first middle last-1 last (octets of the literal), then again
                       end-cr end-lf (behind the literal; of MULTIAPPEND only the last one)
  down, tagged reply   reply (its line begins) reply-tag reply-ok reply-bracket reply-code reply-digit (each digit)
                       reply-close reply-text reply-cr reply-lf
  down, others         greeting greeting-lf, plus plus-lf, untagged (its line begins) untagged-inside untagged-digit (within a
                       code) untagged-lf of the command that waits longest, body-first body-middle body-last of a literal
"""
import re

UP = re.compile(rb'^([^ ]+) (UID [A-Za-z]+|[A-Za-z]+)(?: (.*))?$', re.S)
LITERAL = re.compile(rb'\{(\d+)(\+?)\}\r?\n$')
APPEND = re.compile(rb'^("(?:[^"\\]|\\.)*"|[^ ]+) (\([^)]*\) )?("[^"]*" )?\{(\d+)\+?\}', re.S)
MORE = re.compile(rb'^() (\([^)]*\) )?("[^"]*" )?\{(\d+)\+?\}', re.S)
DOWN = re.compile(rb'^([^ ]+) (OK|NO|BAD|PREAUTH|BYE)(?: (\[([A-Z0-9-]+)([^\]]*)\]))?(.*)$', re.S | re.I)


class Talk:
    """What both directions know: which commands wait, and whether a literal is still to come."""

    def __init__(self):
        self.waiting = {}  # tag: verb
        self.literal_tag = None

    def oldest(self):
        return next(iter(self.waiting.values()), 'NONE')


class Up:
    """Client to server."""

    def __init__(self, talk):
        self.talk = talk
        self.held = b''
        self.literal = self.size = 0
        self.verb, self.is_message, self.awaits_end = 'NONE', False, False

    def feed(self, data):
        """[(octets, [(place, offset in them)])], complete in themselves; what is no whole line yet is held back."""
        pieces = []
        self.held += data
        while self.held:
            if self.literal and self.talk.literal_tag is None and self.literal == self.size:
                self.literal, self.awaits_end, self.is_message = 0, False, False  # refused: it does not come
            if self.literal:
                piece, self.held = self.held[:self.literal], self.held[self.literal:]
                pieces.append((piece, self.in_literal(len(piece))))
                continue
            end = self.held.find(b'\n') + 1
            if not end:
                break
            line, self.held = self.held[:end], self.held[end:]
            pieces.append((line, self.in_line(line)))
        return pieces

    def rest(self):
        held, self.held = self.held, b''
        return [(held, [])] if held else []

    def in_literal(self, n):
        before = self.size - self.literal
        self.literal -= n
        places = {'first': 1, 'middle': (self.size + 1) // 2, 'last-1': self.size - 1, 'last': self.size}
        if not self.is_message:
            return []
        return [(f'{self.verb}/{part}', at - before) for part, at in places.items() if before < at <= before + n]

    def in_line(self, line):
        body = line.rstrip(b'\r\n')
        places = []
        if self.awaits_end:
            start = 0
            match = MORE.match(body) if self.is_message else None
            if match is None and not LITERAL.search(line):
                self.awaits_end = False
                name = 'end-' if self.is_message else ''
                self.is_message = False
                return [(f'{self.verb}/{name}cr', len(line) - 1), (f'{self.verb}/{name}lf', len(line))]
        else:
            found = UP.match(body)
            if found is None:  # a SASL answer, DONE
                return [('NONE/cr', len(line) - 1), ('NONE/lf', len(line))]
            self.verb = found[2].upper().decode()
            tag = found[1].decode('latin-1')
            self.talk.waiting[tag] = self.verb
            places += [(f'{self.verb}/tag', (found.end(1) + 1) // 2), (f'{self.verb}/verb', found.start(2) + (len(found[2]) + 1) // 2)]
            start = found.start(3) if found[3] is not None else len(body)
            if found[3]:
                places.append((f'{self.verb}/arguments', start + (len(found[3]) + 1) // 2))
            self.tag = tag
            match = APPEND.match(found[3] or b'') if self.verb == 'APPEND' else None
        if literal := LITERAL.search(line):
            self.size = self.literal = int(literal[1])
            self.talk.literal_tag = self.tag
            self.awaits_end, self.is_message = True, match is not None
        if match is not None:
            for part, group in (('mailbox', 1), ('flags', 2), ('date', 3)):
                if match[group]:
                    places.append((f'{self.verb}/{part}', start + match.start(group) + (len(match[group].rstrip()) + 1) // 2))
            digits = start + match.start(4)
            places += [(f'{self.verb}/brace', digits), (f'{self.verb}/digits', digits + (len(match[4]) + 1) // 2),
                       (f'{self.verb}/close', start + match.end())]
        return sorted(places, key=lambda place: place[1]) + [(f'{self.verb}/cr', len(line) - 1), (f'{self.verb}/lf', len(line))]


class Down:
    """Server to client."""

    def __init__(self, talk):
        self.talk = talk
        self.held = b''
        self.literal = self.size = 0
        self.is_greeted = self.goes_on = False

    def feed(self, data):
        pieces = []
        self.held += data
        while self.held:
            if self.literal:
                piece, self.held = self.held[:self.literal], self.held[self.literal:]
                before = self.size - self.literal
                self.literal -= len(piece)
                places = {'body-first': 1, 'body-middle': (self.size + 1) // 2, 'body-last': self.size}
                pieces.append((piece, [(f'{self.talk.oldest()}/{part}', at - before) for part, at in places.items()
                                       if before < at <= before + len(piece)]))
                continue
            end = self.held.find(b'\n') + 1
            if not end:
                break
            line, self.held = self.held[:end], self.held[end:]
            pieces.append((line, self.in_line(line)))
        return pieces

    rest = Up.rest

    def in_line(self, line):
        if literal := LITERAL.search(line):
            self.size = self.literal = int(literal[1])
        was_going_on, self.goes_on = self.goes_on, literal is not None
        if not self.is_greeted:
            self.is_greeted = True
            return [('NONE/greeting', len(line) // 2), ('NONE/greeting-lf', len(line))]
        verb = self.talk.oldest()
        if was_going_on:
            return [(f'{verb}/untagged-lf', len(line))] if literal is None else []
        if line.startswith(b'+'):
            return [(f'{verb}/plus', 1), (f'{verb}/plus-lf', len(line))]
        tag, _, _ = line.partition(b' ')
        if tag != b'*':
            return self.in_reply(line, tag.decode('latin-1'))
        places = [(f'{verb}/untagged', 0), (f'{verb}/untagged-inside', (len(line) - 1) // 2)]
        match = DOWN.match(line)
        if match is not None and match[5]:
            places += [(f'{verb}/untagged-digit', match.start(5) + i + 1) for i, c in enumerate(match[5]) if 48 <= c <= 57]
        return places + ([] if literal else [(f'{verb}/untagged-lf', len(line))])

    def in_reply(self, line, tag):
        verb = self.talk.waiting.pop(tag, 'NONE')
        if self.talk.literal_tag == tag:
            self.talk.literal_tag = None
        match = DOWN.match(line)
        places = [('reply', 0), ('reply-tag', (len(tag) + 1) // 2)]
        if match is not None:
            places.append(('reply-ok', match.start(2) + 1))
            if match[3]:
                places += [('reply-bracket', match.start(3) + 1), ('reply-code', match.start(4) + (len(match[4]) + 1) // 2)]
                places += [('reply-digit', match.start(5) + i + 1) for i, c in enumerate(match[5]) if 48 <= c <= 57]
                places.append(('reply-close', match.end(3)))
            places.append(('reply-text', match.start(6) + max(1, (len(match[6].rstrip()) + 1) // 2)))
        places += [('reply-cr', len(line) - 1), ('reply-lf', len(line))]
        return [(f'{verb}/{part}', at) for part, at in places]
