"""What the control channel can do.

SPDX-License-Identifier: GPL-3.0-or-later

The list for who drives it stands at the top of the package (__init__.py). Nothing here waits for a client.
"""
import base64
import json
import os
import threading

from . import settings
from .channel import Channel
from .faults import Fault
from .session import Session
from .store import Message, Tree
from .worlds import World


class Control(Channel):
    def __init__(self, port=0, context=None, end_point=None):
        self.context, self.end_point = context, end_point
        self.worlds, self.lock = {}, threading.Lock()
        super().__init__(port)

    def do(self, asked):
        verb = asked.pop('do')
        if verb == 'open':
            return self.open(**asked)
        if verb == 'personalities':
            return {'personalities': {name: settings.load(name)['source'] for name in settings.names()}}
        if verb == 'quit':
            os._exit(0)
        world = self.worlds[asked.pop('world')]
        return getattr(self, 'do_' + verb.replace('-', '_'))(world, **asked)

    def open(self, world, personality='conforming', switches=None, texts=None, **more):
        with self.lock:
            if world in self.worlds:
                raise ValueError('is open already')
            new = World(world, context=self.context, end_point=self.end_point, **more)
            new.serve = start_session
            new.reset(personality, switches, texts)
            self.worlds[world] = new
        new.listen()
        return {'port': new.port}

    def do_close(self, world):
        world.silence()
        world.drop()
        with self.lock:
            del self.worlds[world.name]

    def do_reset(self, world, personality=None, switches=None, texts=None):
        world.reset(personality, switches, texts)
        if world.listener is None:
            world.listen()
        return {'port': world.port}

    def do_set(self, world, switches=None, texts=None):
        with world.lock:
            world.settings.set(switches, texts)

    def do_personality(self, world, name, switches=None, texts=None):
        """For connections to come; the mailboxes stay."""
        with world.lock:
            world.settings = settings.Settings(name, switches, texts)

    # Faults.

    def do_arm(self, world, faults):
        with world.lock:
            for fault in faults:
                world.faults.arm(Fault(**fault))

    def do_disarm(self, world):
        with world.lock:
            hits = [[fault.at, fault.n, fault.act, fault.hits] for fault in world.faults.armed]
            world.faults.armed.clear()
        return {'hits': hits}

    def do_steps(self, world, clear=False):
        with world.lock:
            steps = dict(world.faults.steps)
            if clear:
                world.faults.steps.clear()
            hits = [fault.hits for fault in world.faults.armed]
            return {'steps': steps, 'counts': dict(world.counts), 'hits': hits, 'pending': len(world.pending),
                    'late_dropped': world.late_dropped, 'connections': len(world.sessions)}

    def do_drop(self, world, how='fin'):
        return {'dropped': world.drop(how)}

    def do_restart(self, world, how='fin', ms=0):
        world.restart(how, ms / 1000)

    def do_down(self, world, how='fin'):
        world.silence()
        world.drop(how)

    def do_up(self, world):
        if world.listener is None:
            world.listen()

    def do_settle(self, world):
        world.settle()
        return {'late_dropped': world.late_dropped}

    def do_snapshot(self, world):
        with world.lock:
            world.backup = world.tree.copy()

    def do_restore(self, world, validity='keep'):
        """As of a backup; `new` changes every UIDVALIDITY."""
        world.drop('fin')
        with world.lock:
            highest = world.tree.validity
            world.tree = world.backup.copy()
            world.tree.validity = max(highest, world.tree.validity)
            if validity == 'new':
                for box in world.tree.boxes.values():
                    box.uid_validity = world.tree.next_validity()

    # Contents.

    def do_dump(self, world, mailbox=None, messages=True, path=None):
        """Each message: [sha256 stored, sha256 as sent, received, [flags], UID, octets stored]."""
        with world.lock:
            boxes = [box for box in world.tree.boxes.values() if mailbox is None or box.name == mailbox.encode()]
            taken = [(box, list(box.messages.items()) if messages else [], len(box.uids)) for box in boxes]
            subscribed = sorted(name.decode('latin-1') for name in world.tree.subscribed)
        found = {}
        for box, pairs, n in taken:
            rows = [[*message.digests(), message.date, sorted(message.flags), uid, len(message.octets)] for uid, message in pairs]
            found[box.name.decode('latin-1')] = {'uidvalidity': box.uid_validity, 'uidnext': box.uid_next, 'n': n, 'messages': rows}
        if path is None:
            return {'mailboxes': found, 'subscribed': subscribed}
        with open(path, 'w', encoding='ascii') as file:
            for name, box in found.items():
                for row in box.pop('messages'):
                    file.write(json.dumps([name, *row]) + '\n')
        return {'mailboxes': found, 'subscribed': subscribed}

    def do_octets(self, world, mailbox, uid, original=False):
        with world.lock:
            message = world.tree.find(mailbox.encode()).messages[uid]
        return {'octets': base64.b64encode(message.original if original else message.octets).decode()}

    def do_fill(self, world, mailbox, messages=(), attribute=None):
        """messages: [{"octets": base64, "date": seconds, "flags": [...]}]; the mailbox is made where it is not there."""
        with world.lock:
            box = world.tree.find(mailbox.encode()) or world.tree.create(mailbox.encode())
            if attribute is not None:
                box.attribute = attribute.encode()
            uids = [box.add(Message(base64.b64decode(m['octets']), m.get('date', 1_000_000_000), m.get('flags', ()))) for m in messages]
            return {'uids': uids, 'uidvalidity': box.uid_validity}

    def do_remove(self, world, mailbox, uids=None):
        """As another client: these messages, or the mailbox."""
        with world.lock:
            box = world.tree.find(mailbox.encode())
            if uids is None:
                world.tree.delete(box)
                for session in world.sessions:
                    if session.box is box:
                        session.end('fin')
            else:
                box.remove(sorted(uids))
        if uids is None:
            world.awaken('delete', box)

    def do_empty(self, world):
        with world.lock:
            world.tree = Tree(world.tree.delimiter, world.tree.folds_case, world.tree.validity)

    # What was said.

    def do_log(self, world, since=0, limit=100_000):
        """Commands: [number, connection, line, is foreign]; sign-in words are left out."""
        with world.lock:
            rows = [row for row in world.log if row[0] > since][:limit]
            return {'log': rows, 'n': world.n_logged}

    def do_foreign(self, world):
        with world.lock:
            return {'foreign': list(world.foreign)}


def start_session(world, sock):
    session = Session(world, sock)
    with world.lock:
        world.sessions.add(session)
    session.start()
