"""The steps a run passes at the server, and the faults armed at them.

SPDX-License-Identifier: GPL-3.0-or-later

Steps (each is counted; `steps` of the control channel gives the counts, `arm` names one and its n-th passing):

  connect            a connection was accepted, nothing said
  login              signed in, OK not said
  command            any command was received (n counts all verbs)
  VERB:before        received, nothing done           VERB is APPEND, CREATE, UID MOVE, UID FETCH, ...
  VERB:done          done, tagged reply not said      (untagged ones were)
  VERB:replied       tagged reply said
  APPEND:plus        `+` said
  APPEND:first  APPEND:middle  APPEND:last-1  APPEND:last     that octet of the literal was read
  APPEND:octet       the literal's octet number `octet` of the fault (counted from 1; a literal that is shorter is not counted)
  APPEND:crlf        the line end behind the last literal was read, nothing stored (kill point "before store")
  APPEND:stored      stored, OK not said (F13)
  MOVE:copied        one message of a UID MOVE was copied, not expunged (F18; n counts messages, of all batches)
  MOVE:expunged      one message of a UID MOVE is gone from its mailbox (with all before it), not told
  COPY:copied        one message of a UID COPY
  FETCH:row          one message of a UID FETCH was told

What a fault does ("act"):

  fin, rst, half     the connection ends that way
  bye                an untagged BYE (text: "text"), then FIN
  throttle           NO with a Suggested Backoff ("ms"), and BYE where "close" is true
  quota, token       as a full mailbox (NO); as an expired token (BYE)
  no, bad            that answer (text: "text") instead of doing the rest; after a store the store stays
  stall              "seconds" of silence, then it goes on (not within a MOVE, COPY or FETCH, nor is partial)
  hang               reads no more, says no more; the connection stays open
  partial            the next reply is cut after "octets" octets, FIN
  restart            every connection of the world ends (by "how": fin, rst), nothing listens for "ms" milliseconds
A fault happens once, or "times" times in a row. "late" on a fault at APPEND:crlf or APPEND:last decides what becomes of that
message: {"ms": n}, {"when": "login" | "delete" | "settle"}; without it, it is not stored (but at APPEND:stored it is).
"""

ACTS = ('fin', 'rst', 'half', 'bye', 'throttle', 'quota', 'token', 'no', 'bad', 'stall', 'hang', 'partial', 'restart')
LITERAL = ('first', 'middle', 'last-1', 'last')


class Hit(Exception):
    """A fault happens here; what was being done is left as it is."""

    def __init__(self, fault):
        super().__init__(fault.at)
        self.fault = fault


class Fault:
    def __init__(self, at, n=1, act='fin', times=1, **more):
        if act not in ACTS:
            raise ValueError(f'no act: {act}')
        if act in ('stall', 'partial') and at in ('MOVE:copied', 'MOVE:expunged', 'COPY:copied', 'FETCH:row'):
            raise ValueError(f'{act} cannot be at {at}')
        self.at, self.n, self.act, self.times, self.more = at, n, act, times, more
        self.seen = self.hits = 0

    def is_final(self):
        """Whether what was being done is over."""
        return self.act not in ('stall', 'partial')


class Faults:
    """One world's. The caller holds the world's lock."""

    def __init__(self):
        self.steps = {}
        self.armed = []

    def arm(self, fault):
        self.armed.append(fault)
        return len(self.armed) - 1

    def passed(self, step, n=1):
        """Counts a step; the fault that is due, or None."""
        self.steps[step] = self.steps.get(step, 0) + n
        for fault in self.armed:
            if fault.at == step:
                fault.seen += n
                if fault.n <= fault.seen < fault.n + fault.times and fault.hits < fault.times:
                    fault.hits += 1
                    return fault
        return None

    def passed_many(self, step, n):
        """Counts N steps at once; (how many were passed before the fault, the fault), or (N, None)."""
        if not any(fault.at == step for fault in self.armed):
            self.steps[step] = self.steps.get(step, 0) + n
            return n, None
        for i in range(n):
            if fault := self.passed(step):
                return i + 1, fault
        return n, None

    def count_literal(self):
        for kind in LITERAL:
            self.steps['APPEND:' + kind] = self.steps.get('APPEND:' + kind, 0) + 1
