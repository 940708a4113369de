"""Greeting, CAPABILITY, STARTTLS, signing in, and what can go wrong there.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import base64
import binascii
import time

from . import sasl
from .reply import Answer, Ended
from .syntax import Syntax


class Login:
    def capabilities(self):
        settings = self.settings
        if self.user is not None and settings.encoded['caps_post'] is not None:
            return settings.encoded['caps_post']
        caps = settings.encoded['caps']
        if not self.can_start_tls() and settings.encoded['caps_tls'] is not None:
            caps = settings.encoded['caps_tls']
        return caps + b' STARTTLS' if self.can_start_tls() and b'STARTTLS' not in caps.split() else caps

    def can_start_tls(self):
        return self.world.tls == 'starttls' and not self.is_tls

    def greet(self):
        settings = self.settings
        if settings.s_conn_cap and settings.s_conn_cap_reply == 'drop' and self.is_over_cap():
            raise Ended('fin')
        self.say(settings.text('greeting', c=self.capabilities(), h=b'localhost'))

    def is_over_cap(self):
        with self.world.lock:
            now = time.monotonic()
            self.world.lingering = [until for until in self.world.lingering if until > now]
            return len(self.world.sessions) + len(self.world.lingering) > self.settings.s_conn_cap

    def do_CAPABILITY(self, rest):
        self.say(b'* CAPABILITY ' + self.capabilities())
        return self.ok(b'CAPABILITY')

    def do_STARTTLS(self, rest):
        if not self.can_start_tls():
            raise self.refuse('bad_state')
        self.say(self.settings.text('starttls_ok', self.tag))
        self.flush()
        self.wrap()

    def do_LOGIN(self, rest):
        words = self.arguments(rest)
        if len(words) != 2:
            raise Syntax('LOGIN takes two arguments')
        if not self.settings.s_login:
            raise self.refuse('login_bad')
        return self.sign_in(words[0], words[1], 'login')

    def do_AUTHENTICATE(self, rest):
        mechanism, _, initial = rest.partition(b' ')
        name = mechanism.decode('ascii', 'replace').upper()
        bad = 'auth_bad' if self.settings.encoded['auth_bad'] else 'login_bad'
        if name not in self.settings.s_mechanisms or name not in sasl.MECHANISMS:
            raise self.refuse(bad)
        if initial and not self.settings.s_sasl_ir:
            raise Syntax('no initial response here')
        exchange = sasl.MECHANISMS[name](sasl.Account(self.world.user, self.world.password, self.settings, self.bindings()))
        try:
            user, password = self.exchange(exchange, initial)
        except sasl.Denied:
            raise self.refuse(bad) from None
        except sasl.Malformed as error:
            raise Answer(self.tag + b' BAD Malformed response: ' + str(error).encode()) from None
        return self.sign_in(user, password, 'auth')

    def exchange(self, exchange, initial):
        try:
            challenge = next(exchange)
            if initial and challenge is not None:
                raise Syntax('the server begins this mechanism')
            while True:
                response = self.decode(initial) if initial else self.hear(challenge or b'')
                initial = b''
                challenge = exchange.send(response)
        except StopIteration as end:
            return end.value

    def hear(self, challenge):
        """The answer to a challenge. Exchange's "+" has no blank behind it ([MS-OXIMAP4] §2.2.1)."""
        has_blank = challenge or self.settings.encoded['plus'] != b'+'
        self.say(b'+' + (b' ' if has_blank else b'') + base64.b64encode(challenge))
        self.flush()
        line = self.input.line()[0]
        if line == b'*':
            raise Answer(self.tag + b' BAD cancelled')
        return self.decode(line)

    def decode(self, line):
        try:
            return base64.b64decode(b'' if line == b'=' else line, validate=True)
        except binascii.Error:
            raise Answer(self.tag + b' BAD Invalid base64') from None

    def bindings(self):
        """What this connection can be bound to; Python has no tls-exporter."""
        if not self.is_tls:
            return {}
        found = {'tls-server-end-point': self.world.end_point} if self.world.end_point else {}
        if self.sock.version() != 'TLSv1.3':
            found['tls-unique'] = self.sock.get_channel_binding('tls-unique')
        return found

    def sign_in(self, user, password, how):
        settings, world = self.settings, self.world
        bad = 'auth_bad' if how == 'auth' and settings.encoded['auth_bad'] else 'login_bad'
        if world.user is not None and (user != world.user.encode() or password != (world.password or '').encode()):
            raise self.refuse(bad)
        if settings.s_refuse_login:
            raise self.refuse(bad)
        if settings.s_conn_cap and self.is_over_cap():
            if settings.s_conn_cap_reply == 'login':
                raise Answer(settings.text('conn_cap', self.tag), 'close')
            self.not_connected = 1
        if settings.s_throttle and settings.s_throttle.get('logins') and time.monotonic() < world.throttled_until:
            self.not_connected = 1
        if settings.s_login_then_not_connected:
            self.not_connected = 1
        self.user, self.signed_in_at = user, time.monotonic()
        with world.lock:
            world.count('logins')
            self.change_validities('reconnect')
        world.awaken('login')
        self.step('login')
        if settings.s_referral_host:
            return self.tag + b' OK [REFERRAL imap://localhost;AUTH=*@' + settings.s_referral_host.encode() + b'] LOGIN completed'
        text = 'auth_ok' if how == 'auth' and settings.encoded['auth_ok'] else 'login_ok'
        return settings.text(text, self.tag, c=self.capabilities())

    def change_validities(self, when):
        if self.settings.s_uidvalidity_change == when:
            for box in self.world.tree.boxes.values():
                box.uid_validity = self.world.tree.next_validity()

    def check_login(self):
        """Before a command of somebody signed in."""
        settings = self.settings
        if settings.s_token_ttl is not None and time.monotonic() - self.signed_in_at > settings.s_token_ttl:
            raise self.bye('token_bye')
        if settings.s_referral_host:
            raise Answer(self.tag + b' NO There is no replica for that mailbox on this server.')
        if self.not_connected:
            last = self.not_connected >= settings.s_not_connected_bye
            self.not_connected += 1
            raise Answer(settings.text('not_connected', self.tag), 'not_connected_bye' if last else None)

    def do_LOGOUT(self, rest):
        self.say(self.settings.text('bye', h=b'localhost'))
        raise Answer(self.ok(b'LOGOUT'), 'close')

    def do_NOOP(self, rest):
        return self.ok(b'NOOP')

    def do_CHECK(self, rest):
        return self.ok(b'CHECK')

    def do_ID(self, rest):
        if self.settings.encoded['id'] is None:
            raise self.refuse('unknown')
        self.arguments(rest)
        self.say(self.settings.encoded['id'])
        return self.ok(b'ID')

    def do_ENABLE(self, rest):
        self.say(b'* ENABLED')
        return self.ok(b'ENABLE')

    def do_IDLE(self, rest):
        self.say(b'+ idling')
        self.flush()
        while True:
            try:
                self.sock.settimeout(0.5)
                done = self.input.line()[0]
                break
            except TimeoutError:
                if self.box is not None:
                    with self.world.lock:
                        self.sync()
                self.flush()
        if done.upper() != b'DONE':
            raise Syntax('expected DONE')
        return self.ok(b'IDLE')
