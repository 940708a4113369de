"""One connection: reading commands, answering, and ending in all the ways there are.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import re
import socket
import ssl
import threading
import time

from . import wire
from .appending import Appending
from .boxes import Boxes
from .faults import Hit
from .fetching import Fetching
from .login import Login
from .reply import Answer, Ended
from .syntax import LITERAL, Quoted, Syntax, tokens
from .transfer import Transfer
from .wire import Gone

COMMAND = re.compile(rb'^([^\x00-\x20\x7f-\xff(){%*"\\+]+) (UID [A-Za-z]+|[A-Za-z]+)(?: (.*))?$', re.S)
ANYTIME = {'CAPABILITY', 'NOOP', 'LOGOUT', 'ID'}
BEFORE = {'LOGIN', 'AUTHENTICATE', 'STARTTLS'}
SELECTED = {'CHECK', 'CLOSE', 'UNSELECT', 'EXPUNGE', 'SEARCH', 'FETCH', 'STORE', 'COPY', 'MOVE', 'UID FETCH', 'UID STORE',
            'UID COPY', 'UID MOVE', 'UID EXPUNGE', 'UID SEARCH'}
WAITING = re.compile(rb'\n[A-Za-z0-9.]+ (?:UID )?[A-Z]{3,}')
BIG_OUTPUT = 256 * 1024
NUMBERS = itertools.count(1)


class Session(Login, Boxes, Appending, Fetching, Transfer):
    def __init__(self, world, sock):
        self.world, self.sock = world, sock
        self.number = next(NUMBERS)
        self.settings = world.settings
        self.epoch = world.epoch
        self.input = wire.Input(sock)
        self.out, self.out_size = [], 0
        self.ending, self.dead = None, threading.Event()
        self.is_deaf = False      # the client is gone; what it sent is still carried out
        self.cut_reply = None
        self.user, self.is_tls = None, False
        self.errors = self.not_connected = 0
        self.signed_in_at = None
        self.box, self.readonly = None, True
        self.breaks_next = False
        self.tag = b'*'

    def start(self):
        threading.Thread(target=self.run, daemon=True, name=f'session {self.number}').start()

    # The ends.

    def end(self, how):
        """From another thread."""
        self.ending = how
        self.dead.set()
        try:
            self.sock.shutdown(socket.SHUT_RD)
        except OSError:
            pass

    def run(self):
        how = 'fin'
        try:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.converse()
        except Ended as ended:
            how = ended.how
        except (Gone, ssl.SSLError, ConnectionError):
            pass
        finally:
            if self.ending is None and how == 'half':
                self.finish_half()
            wire.close(self.sock, self.ending or ('fin' if how == 'half' else how))
            with self.world.lock:
                self.world.sessions.discard(self)
                if self.user is not None and self.settings.s_conn_linger:
                    self.world.lingering.append(time.monotonic() + self.settings.s_conn_linger)

    def finish_half(self):
        wire.close(self.sock, 'half')
        try:
            while True:
                self.input.buffer.clear()
                self.input.more()
        except (Gone, TimeoutError):
            pass

    def converse(self):
        if self.world.tls == 'implicit':
            self.wrap()
        self.step('connect')
        self.greet()
        self.flush()
        while True:
            try:
                self.sock.settimeout(self.settings.s_preauth_timeout if self.user is None else self.settings.s_idle_timeout)
                line, foreign = self.input.line()
            except TimeoutError:
                raise self.bye('timeout_bye') from None
            if self.ending:
                raise Gone
            self.command(line, foreign)

    def wrap(self):
        self.sock = self.world.context.wrap_socket(self.sock, server_side=True)
        self.input = wire.Input(self.sock)
        self.is_tls = True

    # Saying.

    def say(self, line):
        self.out.append(line + b'\r\n')
        self.out_size += len(line)
        if self.out_size > BIG_OUTPUT * 64:
            self.out_size = 0

    def flush(self):
        if not self.out:
            return
        data, self.out, self.out_size = self.out, [], 0
        if self.is_deaf:
            return
        whole = b''.join(data)
        if self.cut_reply is not None:
            self.put(whole[:self.cut_reply])
            raise Ended('fin')
        self.put(whole)

    def put(self, data):
        try:
            self.sock.settimeout(120)
            self.sock.sendall(data)
        except (OSError, ValueError):
            self.is_deaf = True

    def bye(self, name, **values):
        self.say(self.settings.text(name, **values))
        self.flush()
        return Ended('fin')

    def refuse(self, name, **values):
        """The answer NAME instead of what was asked; to be raised."""
        return Answer(self.settings.text(name, self.tag, **values))

    # Faults.

    def step(self, name):
        if fault := self.world.step(name):
            self.perform(fault)

    def perform(self, fault):
        more, act = fault.more, fault.act
        text = more.get('text', '').encode()
        if act in ('fin', 'rst', 'half'):
            raise Ended(act)
        if act == 'bye':
            self.say(text or b'* BYE Server shutting down.')
            self.flush()
            raise Ended('fin')
        if act == 'token':
            raise self.bye('token_bye')
        if act == 'throttle':
            raise Answer(self.settings.text('throttle', self.tag, m=b'%d' % more.get('ms', 1000)), 'throttle_bye' if more.get('close') else None)
        if act == 'quota':
            raise self.refuse('quota')
        if act in ('no', 'bad'):
            raise Answer(self.tag + b' ' + act.upper().encode() + b' ' + (text or b'[SERVERBUG] Internal error.'))
        if act == 'partial':
            self.cut_reply = more.get('octets', 0)
        elif act == 'stall':
            self.flush()
            self.dead.wait(more.get('seconds', 1))
        elif act == 'hang':
            self.flush()
            while not self.dead.wait(0.2) and not wire.has_left(self.sock):
                pass
            raise Ended('fin')
        elif act == 'restart':
            self.world.restart(more.get('how', 'fin'), more.get('ms', 0) / 1000)
            raise Ended(more.get('how', 'fin'))

    # Commands.

    def command(self, line, foreign):
        settings = self.settings
        match = COMMAND.match(line)
        verb = match[2].upper().decode() if match else ''
        secret = verb in ('LOGIN', 'AUTHENTICATE')
        self.world.note(self, line if not secret else match[1] + b' ' + match[2] + b' ...', foreign)
        self.tag = match[1] if match else line.split(b' ')[0] if b' ' in line else b'*'
        final = None
        try:
            if settings.s_pending_cap and len(WAITING.findall(self.input.buffer)) > settings.s_pending_cap:
                raise Ended('rst')
            self.step('command')
            self.step(verb + ':before')
            answer = self.obey(match, verb, line, foreign)
            self.look_around(verb)
            if (fault := self.world.step(verb + ':done')) is not None:
                if self.out:
                    self.flush()
                self.perform(fault)
        except Answer as refused:
            answer, final = refused.text, refused.final
        except Hit as hit:
            try:
                answer = self.perform(hit.fault)
            except Answer as refused:
                answer, final = refused.text, refused.final
        except Syntax as error:
            answer = settings.text('bad_args', self.tag, e=str(error).encode())
        if answer is not None:
            self.answer(answer, verb)
        if final == 'close':
            raise Ended('fin')
        if final:
            raise self.bye(final)
        if answer is not None:
            self.step(verb + ':replied')

    def obey(self, match, verb, line, foreign):
        settings = self.settings
        if match is None:
            if self.tag in (b'*', b''):
                raise Answer(settings.text('no_tag'))
            raise self.refuse('unknown')
        if self.breaks_next:
            self.breaks_next = False
            raise self.refuse('missing_crlf')
        if settings.s_cmd_limit and len(line) > settings.s_cmd_limit:
            raise Answer(self.tag + b' ' + settings.text('line_too_long'))
        do = getattr(self, 'do_' + verb.replace(' ', '_'), None)
        if do is None:
            raise self.refuse('unknown')
        self.check_state(verb)
        if settings.s_answer_delay_ms:
            self.dead.wait(settings.s_answer_delay_ms / 1000)
        answer = do(match[3] or b'')
        if foreign:
            with self.world.lock:
                self.world.foreign.append(line[:300].decode('latin-1'))
        return answer

    def check_state(self, verb):
        if verb in ANYTIME:
            return
        if verb in BEFORE:
            if self.user is not None:
                raise self.refuse('bad_state')
            return
        if self.user is None:
            raise self.refuse('bad_state')
        self.check_login()
        if verb in SELECTED and self.box is None:
            raise self.refuse('bad_state')
        if self.box is not None and self.box.is_gone:
            if self.settings.s_deleted_selected == 'bye':
                self.say(b'* BYE Mailbox was deleted under us.')
                self.flush()
                raise Ended('fin')
            self.box = None
            raise self.refuse('nonexistent')

    def answer(self, text, verb):
        settings = self.settings
        head = text[:len(self.tag) + 4]
        is_bad = head.endswith((b' NO ', b' BAD'))
        if is_bad:
            self.errors += 1
            general = settings.encoded['any_bad' if head.endswith(b' BAD') else 'any_no']
            if general is not None and b'[TRYCREATE]' not in text:
                text = general.replace(b'%t', self.tag)
        if settings.s_noise:
            self.say(settings.s_noise.encode())
        self.say(text)
        self.flush()
        if is_bad and settings.s_err_cap and self.errors >= settings.s_err_cap:
            raise self.bye('err_bye')

    def arguments(self, rest):
        """The tokens of a command, its literals included."""
        stack = None
        while True:
            literal = LITERAL.search(rest)
            stack = tokens(rest[:literal.start()] if literal else rest, stack)
            if literal is None:
                if len(stack) > 1:
                    raise Syntax('a list without an end')
                return stack[0]
            size = int(literal[2])
            if size > 65536:
                raise Syntax('too long')
            if not literal[3]:
                self.say(self.settings.text('plus'))
                self.flush()
            stack[-1].append(Quoted(self.input.exactly(size)))
            rest = self.input.line()[0]

    def ok(self, verb, **values):
        return self.settings.text('ok', self.tag, v=verb, **values)
