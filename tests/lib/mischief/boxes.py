"""Commands about mailboxes: NAMESPACE, LIST, CREATE, DELETE, RENAME, SUBSCRIBE, STATUS, SELECT, CLOSE, quota.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
from bisect import bisect_left

from . import syntax
from .reply import Answer, Ended
from .syntax import Syntax, quote


class Boxes:
    # Names.

    def name(self, rest, n=1):
        words = self.arguments(rest)
        if len(words) < n or any(isinstance(word, list) for word in words[:n]):
            raise Syntax('a name is missing')
        return words[0] if n == 1 else words[:n]

    def check_name(self, name):
        """A name for a new mailbox."""
        settings = self.settings
        delimiter, prefix = settings.s_delimiter.encode(), settings.s_prefix.encode()
        if forbidden := settings.s_forbidden_names.get(name.decode('latin-1')):
            raise Answer(forbidden.encode().replace(b'%t', self.tag))
        if prefix and not name.startswith(prefix):
            raise self.refuse('prefix')
        if settings.s_strict_names and not syntax.is_mailbox_name(name):
            raise self.refuse('cannot')
        if delimiter and (name.startswith(delimiter) or delimiter * 2 in name) or len(name) > 1000:
            raise self.refuse('cannot')
        if settings.s_gmail_names and re.search(rb'^ | $|  |/ | /|\^', name):
            raise Answer(self.tag + b' NO [CANNOT] Folder contains excess whitespace (Failure)')
        if settings.s_strip_spaces_crash and name.endswith(b' '):
            raise Ended('fin')

    def open(self, name, missing='nonexistent'):
        """The mailbox; the caller holds the lock."""
        if self.settings.s_strip_spaces_crash and name.endswith(b' '):
            raise Ended('fin')
        box = self.world.tree.find(name)
        if box is None or name.decode('latin-1') in self.settings.s_non_selectable:
            raise self.refuse(missing, b=name)
        return box

    # What there is.

    def do_NAMESPACE(self, rest):
        how = self.settings.s_namespace
        if how == 'drop':
            raise Ended('fin')
        if how == 'no':
            raise self.refuse('unknown')
        self.say(b'* NAMESPACE ' + self.settings.s_namespace_text.encode())
        return self.ok(b'NAMESPACE')

    def do_LIST(self, rest, verb=b'LIST'):
        words = self.arguments(rest)
        subscribed_only = verb == b'LSUB'
        if words and isinstance(words[0], list):  # RFC 5258
            subscribed_only = b'SUBSCRIBED' in [word.upper() for word in words.pop(0)]
        if len(words) < 2 or isinstance(words[0], list):
            raise Syntax('LIST takes a reference and a pattern')
        patterns = words[1] if isinstance(words[1], list) else [words[1]]
        delimiter = self.settings.s_delimiter.encode()
        if patterns == [b'']:
            self.say(b'* %s (\\Noselect) "%s" ""' % (verb, delimiter.replace(b'\\', b'\\\\')))
            return self.ok(verb)
        with self.world.lock:
            names = self.world.tree.names()
            matched = [syntax.pattern(words[0] + pattern, delimiter) for pattern in patterns]
            if subscribed_only:
                names = {name: names.get(name) for name in self.world.tree.subscribed}
            for name in sorted(names, key=lambda name: (name != b'INBOX', name)):
                if any(p.match(name) for p in matched) and not (self.settings.s_list_empty and name != b'INBOX'):
                    self.list_one(verb, name, names[name], names)
        return self.ok(verb)

    def list_one(self, verb, name, box, names):
        delimiter = self.settings.s_delimiter.encode()
        has_children = any(other.startswith(name + delimiter) for other in names)
        attributes = [b'\\HasChildren' if has_children else b'\\HasNoChildren']
        if box is None and verb != b'LSUB':
            attributes.insert(0, b'\\Noselect')
        if box is not None and box.attribute:
            attributes.append(box.attribute)
        shown = b'"' + delimiter.replace(b'\\', b'\\\\') + b'"'
        if name == b'INBOX' and self.settings.s_inbox_delimiter_nil:
            shown, attributes = b'NIL', [b'\\NoInferiors']
        text = quote(name)
        if self.settings.s_backslash_as_literal and b'\\' in name:
            text = b'{%d}\r\n%s' % (len(name), name)
        self.say(b'* %s (%s) %s %s' % (verb, b' '.join(attributes), shown, text))

    def do_LSUB(self, rest):
        return self.do_LIST(rest, b'LSUB')

    def do_XLIST(self, rest):
        return self.do_LIST(rest, b'XLIST')

    # Changing it.

    def do_CREATE(self, rest):
        name = self.name(rest)
        delimiter = self.settings.s_delimiter.encode()
        if delimiter and name.endswith(delimiter):
            name = name[:-len(delimiter)]
        if not self.settings.s_create:
            raise self.refuse('not_permitted')
        with self.world.lock:
            if self.world.tree.find(name):
                raise self.refuse('exists')
            self.check_name(name)
            self.world.tree.create(name)
            self.world.count('created')
        return self.ok(b'CREATE')

    def do_DELETE(self, rest):
        name = self.name(rest)
        if not self.settings.s_delete:
            raise self.refuse('not_permitted')
        with self.world.lock:
            box = self.open(name)
            if box.name == b'INBOX':
                raise self.refuse('cannot')
            self.world.tree.delete(box)
            if self.settings.s_deleted_selected == 'bye':
                for session in self.world.sessions:
                    if session is not self and session.box is box:
                        session.end('fin')
        self.world.awaken('delete', box)
        return self.ok(b'DELETE')

    def do_RENAME(self, rest):
        old, new = self.name(rest, 2)
        if not self.settings.s_rename:
            raise self.refuse('not_permitted')
        with self.world.lock:
            box = self.open(old)
            if self.world.tree.find(new):
                raise self.refuse('exists')
            self.check_name(new)
            self.world.tree.rename(box, new)
            if self.settings.s_rename_validity == 'new':
                box.uid_validity = self.world.tree.next_validity()
        return self.ok(b'RENAME')

    def do_SUBSCRIBE(self, rest):
        name = self.name(rest)
        with self.world.lock:
            self.world.tree.subscribed.add(self.open(name).name)
        return self.ok(b'SUBSCRIBE')

    def do_UNSUBSCRIBE(self, rest):
        name = self.name(rest)
        with self.world.lock:
            self.world.tree.subscribed.discard(name)
        return self.ok(b'UNSUBSCRIBE')

    # Numbers.

    def told_uid_next(self, box):
        lie = self.settings.s_uidnext_lie
        if lie is None:
            return box.uid_next
        if lie == 'zero':
            return 0
        if lie == 'stale':
            return self.world.first_uid_next.setdefault((box.name, box.uid_validity), box.uid_next)
        return max(1, box.uid_next + lie)

    def do_STATUS(self, rest):
        words = self.arguments(rest)
        if len(words) != 2 or not isinstance(words[1], list):
            raise Syntax('STATUS takes a name and a list')
        with self.world.lock:
            box = self.open(words[0])
            known = {b'MESSAGES': lambda: len(box.uids), b'RECENT': lambda: len(box.uids) - bisect_left(box.uids, box.recent_from),
                     b'UIDNEXT': lambda: self.told_uid_next(box), b'UIDVALIDITY': lambda: box.uid_validity,
                     b'UNSEEN': lambda: sum('\\Seen' not in m.flags for m in box.messages.values()),
                     b'SIZE': box.n_octets, b'APPENDLIMIT': lambda: self.settings.s_max_msg or 0}
            wanted = [word.upper() for word in words[1]]
            if unknown := [word for word in wanted if word not in known]:
                raise Syntax('no status item ' + unknown[0].decode('latin-1'))
            told = b' '.join(b'%s %d' % (word, known[word]()) for word in wanted)
            self.say(b'* STATUS %s (%s)' % (quote(box.name), told))
        return self.ok(b'STATUS')

    # The selected one.

    def do_SELECT(self, rest, readonly=False):
        name = self.name(rest)
        settings = self.settings
        self.leave()
        with self.world.lock:
            box = self.open(name)
            self.change_validities('select')
            self.box, self.readonly = box, readonly
            self.view, self.last = list(box.uids), box.uid_next
            self.n_expunged, self.n_flagged = len(box.expunged), len(box.flagged)
            self.recent_from = box.recent_from
            if not readonly:
                box.recent_from = box.uid_next
            flags = settings.s_system_flags + (settings.s_keywords if isinstance(settings.s_keywords, list) else [])
            words = ' '.join(flags).encode()
            unseen = next((i for i, m in enumerate(box.messages.values(), 1) if '\\Seen' not in m.flags), 0)
            self.say(b'* FLAGS (' + words + b')')
            self.say(b'* %d EXISTS' % len(self.view))
            self.say(b'* %d RECENT' % (len(self.view) - bisect_left(self.view, self.recent_from)))
            if unseen:
                self.say(settings.text('unseen', n=b'%d' % unseen))
            permanent = words + (b' \\*' if settings.s_keywords == 'any' else b'')
            self.say(settings.text('permanent', f=b'' if readonly else permanent))
            if settings.s_select_uidvalidity:
                self.say(settings.text('uidvalidity', n=b'%d' % box.uid_validity))
            if settings.s_select_uidnext:
                self.say(settings.text('uidnext', n=b'%d' % self.told_uid_next(box)))
        return settings.text('select_ok', self.tag, w=b'READ-ONLY' if readonly else b'READ-WRITE',
                             v=b'EXAMINE' if readonly else b'SELECT')

    def do_EXAMINE(self, rest):
        return self.do_SELECT(rest, True)

    def leave(self):
        self.box = None

    def do_UNSELECT(self, rest):
        if not self.settings.s_unselect:
            raise self.refuse('unknown')
        self.leave()
        return self.ok(b'UNSELECT')

    def do_CLOSE(self, rest):
        with self.world.lock:
            if not self.readonly:
                self.box.remove([uid for uid in self.view if uid in self.box.messages and '\\Deleted' in self.box.messages[uid].flags])
        self.leave()
        return self.ok(b'CLOSE')

    def look_around(self, verb):
        """What others did meanwhile is told before the tagged answer (RFC 3501 §7.4.1)."""
        if self.box is not None and not self.box.is_gone and verb not in ('SELECT', 'EXAMINE'):
            with self.world.lock:
                self.sync(verb not in ('FETCH', 'STORE', 'SEARCH'))

    def sync(self, with_expunges=True):
        box = self.box
        if with_expunges and self.n_expunged < len(box.expunged):
            gone = sorted(set(box.expunged[self.n_expunged:]))
            self.n_expunged = len(box.expunged)
            places = [i for uid in gone if (i := bisect_left(self.view, uid)) < len(self.view) and self.view[i] == uid]
            for i in reversed(places):
                self.say(b'* %d EXPUNGE' % (i + 1))
            if len(places) > 20:
                dead = set(places)
                self.view = [uid for i, uid in enumerate(self.view) if i not in dead]
            else:
                for i in reversed(places):
                    del self.view[i]
        if box.uid_next != self.last:
            new = box.uids[bisect_left(box.uids, self.last):]
            self.last = box.uid_next
            if new:
                self.view += new
                self.say(b'* %d EXISTS' % len(self.view))
                if not self.readonly:
                    box.recent_from = box.uid_next
                self.say(b'* %d RECENT' % (len(self.view) - bisect_left(self.view, self.recent_from)))
        self.tell_flags(box)

    def tell_flags(self, box):
        if self.n_flagged == len(box.flagged):
            return
        changed = {uid for uid, by in box.flagged[self.n_flagged:] if by is not self}
        self.n_flagged = len(box.flagged)
        for uid in sorted(changed):
            i = bisect_left(self.view, uid)
            if uid in box.messages and i < len(self.view) and self.view[i] == uid:
                self.say(b'* %d FETCH (UID %d FLAGS (%s))' % (i + 1, uid, self.flag_words(uid)))

    def flag_words(self, uid):
        flags = sorted(self.box.messages[uid].flags)
        return ' '.join(flags + (['\\Recent'] if uid >= self.recent_from else [])).encode('latin-1')

    # Quota (RFC 9208).

    def do_GETQUOTAROOT(self, rest):
        name = self.name(rest)
        if not self.settings.s_quota:
            raise self.refuse('unknown')
        with self.world.lock:
            self.open(name)
            if self.settings.s_quota_without_list:
                self.say(b'* QUOTAROOT %s "ROOT"' % quote(name))
                self.say(b'* QUOTA "ROOT"')
            elif self.settings.s_quota_octets is None:
                self.say(b'* QUOTAROOT ' + quote(name))
            else:
                self.say(b'* QUOTAROOT %s "User quota"' % quote(name))
                self.say_quota()
        return self.ok(b'GETQUOTAROOT')

    def say_quota(self):
        used = (self.world.tree.n_octets() + 1023) // 1024
        self.say(b'* QUOTA "User quota" (STORAGE %d %d)' % (used, self.settings.s_quota_octets // 1024))

    def do_GETQUOTA(self, rest):
        if not self.settings.s_quota or self.settings.s_quota_octets is None:
            raise self.refuse('nonexistent')
        with self.world.lock:
            self.say_quota()
        return self.ok(b'GETQUOTA')
