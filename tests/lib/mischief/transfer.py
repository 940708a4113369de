"""COPY, MOVE and EXPUNGE, the true ones and the others.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from .faults import Hit
from .settings import happens
from .syntax import Syntax, pack


class Transfer:
    def do_EXPUNGE(self, rest, ranges=None):
        with self.world.lock:
            if self.readonly:
                raise self.refuse('not_permitted')
            box = self.box
            uids = box.uids if ranges is None else box.between(ranges)
            box.remove([uid for uid in uids if '\\Deleted' in box.messages[uid].flags])
        return self.ok(b'EXPUNGE')

    def do_UID_EXPUNGE(self, rest):
        if not self.settings.s_uidplus:
            raise self.refuse('unknown')
        return self.do_EXPUNGE(rest, self.ranges(rest.strip()))

    def do_COPY(self, rest, by_uid=False):
        text, _, name = rest.partition(b' ')
        name = self.name(name)
        with self.world.lock:
            uids = [uid for _, uid in self.chosen(text, by_uid) if uid in self.box.messages]
            target = self.open(name, 'trycreate')
            self.check_room(sum(len(self.box.messages[uid].octets) for uid in uids))
            n, fault = self.world.faults.passed_many('COPY:copied', len(uids))
            told = [(uid, self.place(target, self.box.messages[uid])) for uid in uids[:n]]
            if fault:
                raise Hit(fault)
        words = self.copied_uids(target, told)
        if words is None or not told:
            return self.ok(b'COPY')
        return self.settings.text('copy_uid', self.tag, u=words)

    def do_UID_COPY(self, rest):
        return self.do_COPY(rest, True)

    def place(self, target, message):
        """The UID of its copy in TARGET."""
        if self.settings.s_dedupe and (uid := self.same_in(target, message.octets)):
            target.set_flags(uid, target.messages[uid].flags | message.flags)
            return uid
        return target.add(message.copy())

    def copied_uids(self, target, told):
        """The words behind COPYUID, true or not; None where nothing is said."""
        settings = self.settings
        if not settings.s_uidplus:
            return None
        how = settings.s_copyuid
        with self.world.lock:
            if not happens(settings.s_lie_when, self.world.count('copyuids')):
                how = 'yes'
        if how == 'no':
            return None
        validity = target.uid_validity + (1 if how == 'wrong_validity' else 0)
        sources, places = [uid for uid, _ in told], [uid for _, uid in told]
        if how == 'wrong_uid':
            places = [uid + 1000 for uid in places]
        elif how == 'swapped':
            sources, places = places, sources
        elif how == 'shuffled':
            places = places[1:] + places[:1]
        return b'%d %s %s' % (validity, pack(sources), pack(places))

    def do_MOVE(self, rest, by_uid=False):
        settings = self.settings
        if settings.s_move == 'no':
            raise self.refuse('unknown')
        if self.readonly:
            raise self.refuse('not_permitted')
        text, _, name = rest.partition(b' ')
        if not name:
            raise Syntax('MOVE takes a set and a name')
        name = self.name(name)
        with self.world.lock:
            uids = [uid for _, uid in self.chosen(text, by_uid) if uid in self.box.messages]
            target = self.open(name, 'trycreate')
            told = self.move(uids, target)
        if not told:
            return settings.text('move_none', self.tag)
        words = self.copied_uids(target, told)
        if words is not None and settings.s_copyuid == 'tagged':
            return settings.text('copy_uid', self.tag, u=words)
        if words is not None:
            self.say(settings.text('move_uid', self.tag, u=words))
        return self.ok(b'MOVE')

    def do_UID_MOVE(self, rest):
        return self.do_MOVE(rest, True)

    def move(self, uids, target):
        """All are copied, then all are expunged, as Dovecot does it; a fault may come between."""
        faults, how = self.world.faults, self.settings.s_move
        lost = uids[len(uids) // 2] if how == 'lose_one' and uids else None
        n, fault = faults.passed_many('MOVE:copied', len(uids))
        told = []
        for uid in uids[:n]:
            message = self.box.messages[uid]
            is_kept = how != 'nowhere' and uid != lost
            told.append((uid, self.place(target, message) if is_kept else self.pretend(target)))
        if fault:
            raise Hit(fault)
        n, fault = faults.passed_many('MOVE:expunged', len(uids))
        if how != 'both':
            self.box.remove(uids[:n])
        if fault:
            raise Hit(fault)
        return told

    def pretend(self, target):
        """A UID that nothing has."""
        target.uid_next += 1
        return target.uid_next - 1
