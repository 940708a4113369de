"""APPEND: literals of all kinds, refusals, and what becomes of a message: stored, not, twice, or late.

SPDX-License-Identifier: GPL-3.0-or-later

The switch `late`: {"ms": n or [from, to], "when": W, "who": all | orphans | answered, "look_ms": n, "on": WHEN}
  all        each message is stored that many milliseconds after its last octet, and answered then; whether the client still
             listens does not matter
  orphans    a message whose client has left before the answer is stored late (looked at after `look_ms`)
  answered   OK is said at once, the message is stored late
W: delay (after "ms"), login ("ms" after somebody signs in), delete ("ms" after its mailbox was deleted), settle (when the
control channel says so).
"""
import re
import time
from bisect import bisect_left

from . import rewrite, wire
from .faults import Hit
from .reply import Answer, Ended
from .settings import happens
from .store import Message
from .syntax import LITERAL, Syntax, parse_date, tokens
from .wire import Gone
from .worlds import Late

USUAL = re.compile(rb'^(?:"([^"\\\r\n]*)"|([^ "(){%*\\]+)) \(([^()"]*)\) "([^"]{20,40})" (~?)\{(\d{1,12})(\+?)\}$')


class One:
    """A message on its way."""

    def __init__(self, flags, date):
        self.flags, self.date = flags, date
        self.octets = None
        self.swallowed = b''  # what came behind it and is taken for a part of it


class Appending:
    def do_APPEND(self, rest):
        name, flags, date, size, is_plus = self.read_announcement(rest)
        ones = []
        try:
            while True:
                one, refusal = self.consider(name, flags, date, size, is_plus, ones)
                if refusal is not None:
                    self.turn_away(refusal, size, is_plus)
                if not is_plus:
                    self.say(self.settings.text('plus'))
                    if self.settings.s_noise:
                        self.say(self.settings.s_noise.encode())
                    self.flush()
                    self.step('APPEND:plus')
                ones.append(one)
                if not self.read_message(one, size):
                    return None
                if self.settings.s_pipeline_swallow:
                    self.swallow(one)
                    break
                rest = self.end_line(name, ones)
                if not rest or not self.settings.s_multiappend:
                    break
                _, flags, date, size, is_plus = self.read_announcement(b'x' + rest)
            if rest and not self.settings.s_pipeline_swallow:
                raise Syntax('something behind the message')
            self.step_or_hit('APPEND:crlf')
        except Hit as hit:
            if 'late' in hit.fault.more and ones and ones[-1].octets is not None:
                self.world.postpone(self.late(name, ones), hit.fault.more['late'])
            return self.perform(hit.fault)
        return self.store(name, ones)

    def step_or_hit(self, name):
        if fault := self.world.step(name):
            if not fault.is_final():
                return self.perform(fault)
            raise Hit(fault)

    # The line.

    def read_announcement(self, rest):
        """(name, flags, date, size, is non-synchronizing); the message's literal is announced, not read."""
        if match := USUAL.match(rest):
            name = match[2] if match[1] is None else match[1]
            return name, match[3].split(), match[4], int(match[6]), bool(match[7])
        stack = None
        while True:
            literal = LITERAL.search(rest)
            if literal is None:
                raise Syntax('a literal is missing')
            stack = tokens(rest[:literal.start()], stack)
            if len(stack) == 1 and stack[0]:
                break
            size = int(literal[2])
            if size > 65536:
                raise Syntax('too long')
            if not literal[3]:
                self.say(self.settings.text('plus'))
                self.flush()
            stack[-1].append(self.input.exactly(size))
            rest = self.input.line()[0]
        words = stack[0]
        flags = words.pop(1) if len(words) > 1 and isinstance(words[1], list) else []
        if len(words) > 2 or any(isinstance(word, list) for word in words):
            raise Syntax('too many arguments')
        return words[0], flags, words[1] if len(words) > 1 else None, int(literal[2]), bool(literal[3])

    def consider(self, name, flags, date, size, is_plus, before):
        """(the message to come, or None; why it is refused, or None)."""
        settings = self.settings
        try:
            if is_plus and (settings.s_literal_plus == 'no' or settings.s_literal_plus == 'minus' and size > 4096):
                raise self.refuse('literal_plus_bad')
            self.check_throttle(size)
            with self.world.lock:
                box = self.open(name, 'trycreate')
                if settings.s_max_messages and len(box.uids) >= settings.s_max_messages:
                    raise self.refuse('too_many')
                self.check_room(size + sum(len(one.octets) for one in before))
            self.check_size(size)
            return One(self.check_flags(flags), self.check_date(date)), None
        except Answer as refusal:
            return None, refusal

    def check_size(self, size):
        settings = self.settings
        if size > settings.s_literal_limit:
            raise self.refuse('too_big')
        if size == 0 and settings.s_zero_literal != 'store':
            if settings.s_zero_literal == 'dies':
                self.world.restart('rst')
                raise Ended('rst')
            raise self.refuse('empty')
        untagged = settings.s_max_msg if settings.s_max_msg_reply == 'untagged' else settings.s_max_msg_untagged
        if untagged and size > untagged:
            self.say(b'* BAD command line limit exceeded')
            self.flush()
            raise Answer(None)
        if settings.s_max_msg and size > settings.s_max_msg:
            kilobytes = {'s': b'%d' % (size // 1024), 'k': b'%d' % (settings.s_max_msg // 1024)}
            raise Answer(self.settings.text('too_big', self.tag, **kilobytes), 'close' if settings.s_max_msg_reply == 'disconnect' else None)

    def check_room(self, size):
        settings = self.settings
        if settings.s_quota_octets is not None and self.world.tree.n_octets() + size > settings.s_quota_octets:
            raise self.refuse('quota')
        if settings.s_budget_octets is not None and self.world.used_octets + size > settings.s_budget_octets:
            raise Answer(settings.text('budget', self.tag), 'token_bye')

    def check_throttle(self, size):
        rule, world, now = self.settings.s_throttle, self.world, time.monotonic()
        if not rule:
            return
        with world.lock:
            over = world.window_messages >= rule.get('after_msgs', 1 << 60) or world.window_octets >= rule.get('after_octets', 1 << 60)
            if over and now >= world.throttled_until:
                world.throttled_until = now + rule.get('ms', 1000) / 1000
                world.window_messages = world.window_octets = 0
            left = world.throttled_until - now
        if left > 0:
            world.count('throttled')
            text = self.settings.text('throttle', self.tag, m=b'%d' % (left * 1000 + 1))
            raise Answer(text, 'throttle_bye' if rule.get('close') else None)

    def check_flags(self, words):
        settings, kept = self.settings, set()
        for word in words:
            flag = word.decode('latin-1')
            if flag.startswith('\\'):
                known = next((f for f in settings.s_system_flags if f.lower() == flag.lower()), None)
                if known is None and settings.s_bad_flag == 'refuse':
                    raise self.refuse('flag_bad')
                if known:
                    kept.add(known)
            elif settings.s_keywords == 'any' or isinstance(settings.s_keywords, list) and flag in settings.s_keywords:
                kept.add(flag)
            elif settings.s_keywords == 'bad':
                raise self.refuse('keyword_bad')
            elif settings.encoded['keyword_notice']:
                self.say(settings.encoded['keyword_notice'])
        return kept

    def check_date(self, date):
        settings = self.settings
        if date is None or settings.s_date_upload:
            return int(time.time())
        try:
            seconds = parse_date(date, settings.s_zone_ignored)
            if settings.s_date_min is not None and seconds < settings.s_date_min:
                raise ValueError('too old')
        except ValueError:
            if settings.s_date_bad == 'now':
                return int(time.time())
            raise self.refuse('date_bad') from None
        return seconds

    def turn_away(self, refusal, size, is_plus):
        """The message is not wanted; where it comes all the same it is thrown away, or taken for commands."""
        if is_plus:
            how = self.settings.s_refused_literal
            if how == 'discard':
                self.input.skip(size)
                rest = self.input.line()[0]
                while literal := LITERAL.search(rest):  # the other messages of the batch
                    self.input.skip(int(literal[2]))
                    rest = self.input.line()[0]
            elif how == 'execute':
                self.input.expect_foreign(size + 2)
            else:
                refusal.final = refusal.final or 'close'
        raise refusal

    # The literal.

    def read_message(self, one, size):
        """Reads it, past the faults within; False where a line of it was too long and the rest became commands."""
        with self.world.lock:
            armed = {fault.at for fault in self.world.faults.armed if fault.at.startswith('APPEND:')}
            if not armed:
                self.world.faults.count_literal()
        if armed:
            one.octets = self.read_past_faults(one, size)
        else:
            one.octets = self.input.exactly(size)
        limit = self.settings.s_line_limit
        if limit and len(one.octets) > limit and max(map(len, one.octets.split(b'\n'))) > limit:
            self.break_line(one.octets, limit)
            return False
        return True

    def read_past_faults(self, one, size):
        faults = self.world.faults
        with self.world.lock:
            octet = [(fault.more.get('octet', 1), 'APPEND:octet') for fault in faults.armed if fault.at == 'APPEND:octet']
        places = [(1, 'APPEND:first'), ((size + 1) // 2, 'APPEND:middle'), (size - 1, 'APPEND:last-1'), (size, 'APPEND:last')]
        parts, have = [], 0
        for place, step in sorted(places + octet[:1], key=lambda pair: pair[0]):
            if place > size or place < 1:
                continue
            parts.append(self.input.exactly(place - have))
            have = place
            one.octets = b''.join(parts) if have == size else None
            self.step_or_hit(step)
        return b''.join(parts)

    def break_line(self, octets, limit):
        """Exchange's limit on command lines holds within messages, too: the rest is taken for commands."""
        at = 0
        for line in octets.split(b'\n'):
            if len(line) > limit:
                break
            at += len(line) + 1
        rest = octets[at + limit:].lstrip(b' ')
        word = (rest.split() or [b'*'])[0]
        self.input.push_back(rest)
        self.errors += 1
        self.say(word + b' ' + self.settings.text('line_too_long'))
        self.flush()
        if self.settings.s_err_cap and self.errors >= self.settings.s_err_cap:
            raise self.bye('err_bye')

    def end_line(self, name, ones):
        try:
            return self.input.line()[0]
        except Gone:
            if self.settings.s_commit_on == 'literal':
                self.store(name, ones)
            raise

    def swallow(self, one):
        """hMailServer: what is in the buffer by now belongs to the message, and so does the line end behind it."""
        while not self.input.buffer.endswith(b'\n'):
            self.input.more()
        one.swallowed = self.input.take(len(self.input.buffer))

    # Storing.

    def late(self, name, ones):
        with self.world.lock:
            return Late(self.world.tree.find(name), name, [self.make(one) for one in ones if one.octets is not None])

    def make(self, one):
        stored = rewrite.apply(self.settings.s_rewrite, one.octets + one.swallowed)
        return Message(stored, one.date, one.flags, one.octets)

    def store(self, name, ones):
        settings, world = self.settings, self.world
        rule = settings.s_late
        if rule:
            with world.lock:
                is_due = happens(rule.get('on', True), world.count('late_rule'))
            if is_due and (answer := self.store_late(rule, name, ones)):
                return answer
        self.check_content(ones)
        self.breaks_next = settings.s_missing_final_crlf and not ones[-1].octets.endswith(b'\r\n')
        with world.lock:
            answer = self.store_now(name, ones)
            world.count('stored', len(ones))
        self.step('APPEND:stored')
        if settings.s_alert_8bit and any(not one.octets[:one.octets.find(b'\r\n\r\n')].isascii() for one in ones):
            self.say(settings.s_alert_8bit.encode())
        return answer

    def store_late(self, rule, name, ones):
        """The answer where it is decided here; None: to be stored now."""
        world, who = self.world, rule.get('who', 'all')
        if who == 'all':
            self.flush()
            ms = rule.get('ms', 0)
            time.sleep((world.random.uniform(*ms) if isinstance(ms, list) else ms) / 1000)
            return None
        if who == 'orphans':
            time.sleep(rule.get('look_ms', 0) / 1000)
            if not wire.has_left(self.sock):
                return None
        world.postpone(self.late(name, ones), rule)
        if who == 'orphans':
            self.is_deaf = True
        return self.settings.text('append_ok', self.tag)

    def check_content(self, ones):
        settings = self.settings
        for one in ones:
            if settings.s_from_line and one.octets.startswith(b'From '):
                raise self.refuse('from_line')
            if settings.s_parse_check and not re.match(rb'[!-9;-~]+[ \t]*:', one.octets):
                raise Answer(settings.s_parse_check.encode().replace(b'%t', self.tag))
            if reply := self.find_fault(one.octets):
                raise Answer(reply.encode().replace(b'%t', self.tag))
            if settings.s_charset_check and rewrite.has_unknown_charset(one.octets):
                raise Answer(settings.s_charset_check.encode().replace(b'%t', self.tag))

    def find_fault(self, octets):
        header = octets.partition(b'\r\n\r\n')[0]
        faults = {'header_8bit': any(octet > 127 for octet in header), 'bare_end': not octets.endswith(b'\r\n'),
                  'from_line': octets.startswith(b'From '), 'long_line': max(map(len, octets.split(b'\r\n'))) > 9900, 'all': b'refuse me' in octets}
        return next((reply for what, reply in self.settings.s_refuse_content.items() if faults[what]), None)

    def store_now(self, name, ones):
        """The caller holds the lock."""
        settings, world = self.settings, self.world
        box = self.open(name, 'trycreate')
        lie, n = settings.s_append_lie, world.count('appends')
        if happens(lie.get('not_stored'), n):
            return self.append_answer(box, [self.pretend(box) for _ in ones])
        uids = [self.keep(box, one) for one in ones]
        world.window_messages += len(ones)
        octets = sum(len(one.octets) for one in ones)
        world.window_octets += octets
        world.used_octets += octets
        if happens(lie.get('twice'), n):
            for one in ones:
                box.add(self.make(one))
        if happens(lie.get('stored_no'), n):
            raise Answer(self.tag + b' NO ' + settings.encoded['stored_no'])
        return self.append_answer(box, uids)

    def keep(self, box, one):
        message = self.make(one)
        if self.settings.s_dedupe:
            if uid := self.same_in(box, message.octets):
                box.set_flags(uid, box.messages[uid].flags | message.flags)
                return uid
            for other in self.world.tree.boxes.values():
                if uid := self.same_in(other, message.octets):
                    message.date = other.messages[uid].date
                    break
        return box.add(message)

    def same_in(self, box, octets):
        """The UID of the same message there (Message-ID and text), or None."""
        index = box.index
        for uid in box.uids[bisect_left(box.uids, box.indexed):]:
            index.setdefault(rewrite.identity(box.messages[uid].octets), uid)
        box.indexed = box.uid_next
        uid = index.get(rewrite.identity(octets))
        if uid is not None and uid not in box.messages:
            del index[rewrite.identity(octets)]
            uid = None
        return uid

    def append_answer(self, box, uids):
        settings = self.settings
        how = settings.s_appenduid if settings.s_uidplus else 'no'
        if not happens(settings.s_lie_when, self.world.count('appenduids')):
            how = 'yes'
        if how == 'no':
            return settings.text('append_ok', self.tag)
        words = f'{uids[0]}:{uids[-1]}'.encode() if len(uids) > 1 else b'%d' % uids[0]
        validity = b'%d' % box.uid_validity
        if how == 'swapped':
            validity, words = words, validity
        elif how == 'wrong_validity':
            validity = b'%d' % (box.uid_validity + 1)
        elif how == 'wrong_uid':
            words = b'%d' % (uids[0] + 1000)
        elif how == 'zero':
            validity = words = b'0'
        return settings.text('append_uid', self.tag, u=validity + b' ' + words)
