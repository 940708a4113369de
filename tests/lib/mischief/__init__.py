"""Mischief: a scripted IMAP server in memory, honest by default, and able to fail in every way that is known.

SPDX-License-Identifier: GPL-3.0-or-later

Started once, it serves any number of worlds. A world is one account on a port of its own: mailboxes, switches, faults, log.
Worlds do not know of each other, so runs can go side by side. From Python:

    sys.path.insert(0, 'tests/lib')
    from mischief.client import Server
    with Server() as server:                       # or Server('--cert', PEM, '--key', PEM) for tls='implicit' or 'starttls'
        world = server.world('one', 'conforming', user='alice', password='secret')   # without user: anybody may sign in
        ... a client at 127.0.0.1:world.port ...
        world.contents()                           # {mailbox: Counter of (sha256, received in unix seconds, flags)}
        world.reset('exchange-2010', late={'ms': 500, 'who': 'all'})   # everything anew: personality, switches (0.2 ms)
        world.arm('APPEND:stored', n=3, act='rst') # the third message is stored, then the connection is reset
        world.steps()                              # {'command': 41, 'APPEND:stored': 12, 'MOVE:copied': 12, ...}

From anything else: `python3 tests/lib/mischief` prints {"control": PORT, "port": PORT of world "main"} and ends when its
standard input does. The control port takes one JSON object a line and answers one a line ({"ok": true, ...} or {"ok": false,
"error": ...}). "do" names the verb; all but open, personalities and quit take "world":

    open         personality, switches, texts, user, password, tls (none, implicit, starttls) -> port
    reset        personality, switches, texts: connections end, an empty store, counters at zero, faults disarmed
    set          switches, texts: at once, for connections that are there, too; the names are in settings.py
    personality  name, switches, texts: for connections to come, the mailboxes stay
    arm          faults: [{"at": STEP, "n": 1, "act": ACT, ...}]; steps and acts are in faults.py.    disarm -> hits
    steps        clear -> steps (how often each was passed), counts (stored, late, logins ...), pending, connections
    dump         mailbox (all), messages (true), path (rows to this file) -> mailboxes: {name: {uidvalidity, uidnext, n,
                 messages: [[sha256 stored, sha256 as sent, received, flags, uid, octets stored]]}}, subscribed
    octets       mailbox, uid, original -> octets (base64)
    fill         mailbox, messages: [{octets (base64), date, flags}], attribute -> uids
    remove       mailbox, uids (or the whole mailbox): as another client does
    log          since, limit -> log: [[number, connection, command line, is foreign]], n
    foreign      -> commands that were carried out although they came as octets of a message
    drop         how (fin, rst): every connection ends.    restart: how, ms (so long nothing listens).    down, up
    settle       what was to be stored late is stored now
    snapshot, restore   yesterday's backup; validity: keep or new
    empty, close, personalities, quit

To count the fault points of a run: let it run undisturbed, read `steps`; then for each (step, k) reset, arm, run, run again,
compare contents(). Late storing: the switch `late` (appending.py), or "late" of a fault at APPEND:crlf.
A proxy that cuts at octets and byte classes, before any server: proxy.py.
"""
