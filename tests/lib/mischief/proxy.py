"""A way to any server that breaks at a given octet.

SPDX-License-Identifier: GPL-3.0-or-later

    from mischief.client import Proxies
    with Proxies() as proxies:                          # a process of its own: python3 tests/lib/mischief/proxy.py
        way = proxies.way('one', ('127.0.0.1', PORT))   # clients go to 127.0.0.1:way.port
        way.arm(at='APPEND/last', n=7, act='rst')       # at the seventh message's last octet
        way.arm(direction='up', after=4711, connection=2, act='fin')
        way.counts()        # {'places': {'APPEND/last': 40, ...}, 'connections': [{'up': n, 'down': n, 'ended': None}, ...]}
        way.reset()         # connections end, nothing armed, counts at zero; target=(host, port) sets another server

The control port speaks as the server's does: open (way, target, plain) -> port; reset (target), arm (plans), disarm, counts,
drop (how), close; "way" names it. Places are those of classes.py; with "plain": false (TLS) only octets are known.

A plan: "at" a place for the n-th time since the reset (of "connection" k only, if given), or "direction" (up, down) "after" so many
octets of connection k (without it: of each), "times" (1). Acts, after the octets before the place were let through:

  fin, rst     both sides see the connection end that way ("to": "client" or "server" for one side only; the other then sees
               nothing, and what it says is read and dropped)
  half         no more octets in this direction (the receiver sees FIN); the other direction lives
  stall        "seconds" without anything in this direction, then it goes on
  hole         what comes in this direction is read and dropped from here on ("both": true: in both)
  delay        each piece in this direction is "ms" late from here on
  late         the client sees "how" (rst) now; the octets up to here reach the server "ms" later, then FIN
  lose, double, swap   of a place that is a line's begin (reply, untagged): the line is dropped, said twice, said after the next
"""
import argparse
import json
import os
import socket
import sys
import threading
import time

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from mischief import wire  # noqa: E402
from mischief.channel import Channel  # noqa: E402
from mischief.classes import Down, Talk, Up  # noqa: E402

ACTS = ('fin', 'rst', 'half', 'stall', 'hole', 'delay', 'late', 'lose', 'double', 'swap')


class Plan:
    def __init__(self, act, at=None, n=1, direction=None, after=None, connection=None, times=1, **more):
        if act not in ACTS or (at is None) == (after is None) or (after is not None and direction not in ('up', 'down')):
            raise ValueError('a plan has an act, and a place or a direction and an offset')
        self.act, self.at, self.n, self.direction, self.after = act, at, n, direction, after
        self.connection, self.times, self.more = connection, times, more
        self.seen = self.hits = 0


class Broken(Exception):
    """This direction is over."""


class Direction:
    """One thread: reads from one side, lets through to the other, and breaks where it is planned."""

    def __init__(self, connection, name, source, sink, parser):
        self.connection, self.name, self.source, self.sink, self.parser = connection, name, source, sink, parser
        self.n = 0
        self.hole = False
        self.delay = 0.0
        self.kept = None  # a line that is said after the next
        threading.Thread(target=self.run, daemon=True, name=name).start()

    def run(self):
        try:
            while True:
                try:
                    data = self.source.recv(65536)
                except OSError:
                    data = b''
                pieces = self.parser.feed(data) if self.parser and data else [(data, [])] if data else []
                if not data and self.parser:
                    pieces = self.parser.rest()
                for piece, places in pieces:
                    if self.source in self.connection.dead:
                        raise Broken
                    self.let_through(piece, places)
                if not data:
                    break
            if not self.hole and self.sink not in self.connection.dead:
                self.sink.shutdown(socket.SHUT_WR)
        except (Broken, OSError):
            pass
        if self.source in self.connection.dead:
            self.source.close()
        self.connection.over(self)

    def let_through(self, piece, places):
        done = 0
        for place, at in places:
            if (plan := self.connection.way.passed(place, self.connection)) is None:
                continue
            if plan.act in ('lose', 'double', 'swap'):
                return self.turn_line(plan.act, piece)
            done = self.cut(piece, done, at, plan)
        for plan in self.connection.way.at_offset(self):
            at = plan.after - self.n
            if 0 <= at <= len(piece) - done:
                plan.hits += 1
                done = self.cut(piece, done, done + at, plan)
        self.send(piece[done:])
        if self.kept and done < len(piece):
            kept, self.kept = self.kept, None
            self.send(kept)

    def turn_line(self, act, piece):
        if act == 'double':
            self.send(piece)
            self.send(piece)
        elif act == 'swap':
            self.kept = piece

    def send(self, octets):
        self.n += len(octets)
        if self.hole or not octets:
            return
        if self.delay:
            time.sleep(self.delay)
        try:
            self.sink.sendall(octets)
        except OSError:
            self.hole = True  # the sender is read to its end all the same

    def cut(self, piece, done, at, plan):
        act, more, connection = plan.act, plan.more, self.connection
        connection.ended = [self.name, plan.at or plan.after, act]
        if act == 'late':
            connection.down.hole = True
            connection.dead.add(connection.client)
            wire.close(connection.client, more.get('how', 'rst'))  # its reader is this thread
            time.sleep(more.get('ms', 0) / 1000)
            self.send(piece[done:at])
            connection.server.shutdown(socket.SHUT_WR)
            raise Broken
        self.send(piece[done:at])
        if act in ('fin', 'rst'):
            connection.end(act, more.get('to', 'both'))
            if self.source in connection.dead:
                raise Broken
            self.hole = True
        if act == 'half':
            self.sink.shutdown(socket.SHUT_WR)
            self.hole = True
        elif act == 'stall':
            time.sleep(more.get('seconds', 1))
        elif act == 'hole':
            self.hole = True
            if more.get('both'):
                connection.other(self).hole = True
        elif act == 'delay':
            self.delay = more.get('ms', 0) / 1000
        return at


class Connection:
    def __init__(self, way, number, client, server):
        self.way, self.number, self.client, self.server = way, number, client, server
        self.ended, self.n_over = None, 0
        self.dead = set()  # sockets that were ended
        talk = Talk()
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.up = self.down = None
        self.down = Direction(self, 'down', server, client, Down(talk) if way.plain else None)
        self.up = Direction(self, 'up', client, server, Up(talk) if way.plain else None)

    def other(self, direction):
        return self.down if direction is self.up else self.up

    def end(self, how, to='both'):
        for name, sock in (('client', self.client), ('server', self.server)):
            if to in (name, 'both'):
                self.dead.add(sock)
                wire.wake_to_end(sock, how)
            else:
                self.up.hole = self.down.hole = True

    def over(self, direction):
        with self.way.lock:
            self.n_over += 1
            if self.n_over < 2:
                return
            self.way.live.discard(self)
        wire.close(self.client)
        wire.close(self.server)


class Way:
    def __init__(self, target, plain=True):
        self.target, self.plain = tuple(target), plain
        self.lock = threading.Lock()
        self.live = set()
        self.clear()
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True, name='accept').start()

    def clear(self):
        self.plans, self.places, self.connections = [], {}, []

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target, timeout=10)
                server.settimeout(None)
            except OSError:
                wire.close(client, 'rst')
                continue
            with self.lock:
                connection = Connection(self, len(self.connections) + 1, client, server)
                self.connections.append(connection)
                self.live.add(connection)

    def passed(self, place, connection):
        with self.lock:
            self.places[place] = self.places.get(place, 0) + 1
            for plan in self.plans:
                if plan.at == place and plan.connection in (None, connection.number):
                    plan.seen += 1
                    if plan.n <= plan.seen < plan.n + plan.times:
                        plan.hits += 1
                        return plan
        return None

    def at_offset(self, direction):
        number = direction.connection.number
        return sorted((plan for plan in self.plans if plan.direction == direction.name and plan.connection in (None, number)
                       and plan.hits < plan.times), key=lambda plan: plan.after)

    def drop(self, how='fin'):
        with self.lock:
            live = list(self.live)
        for connection in live:
            connection.end(how)

    def counts(self):
        with self.lock:
            return {'places': dict(self.places), 'hits': [plan.hits for plan in self.plans], 'connections': [
                {'up': c.up.n, 'down': c.down.n, 'ended': c.ended} for c in self.connections]}


class Ways(Channel):
    def __init__(self, port=0):
        self.ways = {}
        super().__init__(port)

    def do(self, asked):
        verb, name = asked.pop('do'), asked.pop('way', None)
        if verb == 'quit':
            os._exit(0)
        if verb == 'open':
            way = self.ways[name] = Way(**asked)
            return {'port': way.port}
        way = self.ways[name]
        if verb == 'reset':
            way.drop()
            way.target = tuple(asked.get('target') or way.target)
            way.clear()
        elif verb == 'arm':
            plans = [Plan(**plan) for plan in asked['plans']]
            way.plans = way.plans + plans
        elif verb == 'disarm':
            way.plans = []
        elif verb == 'counts':
            return way.counts()
        elif verb == 'drop':
            way.drop(**asked)
        elif verb == 'close':
            way.listener.shutdown(socket.SHUT_RDWR)
            way.listener.close()
            way.drop()
            del self.ways[name]
        else:
            raise ValueError(f'no verb: {verb}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--control', type=int, default=0)
    options = parser.parse_args()
    print(json.dumps({'control': Ways(options.control).port}), flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == '__main__':
    main()
