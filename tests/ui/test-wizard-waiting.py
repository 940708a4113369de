# test-wizard-waiting.py - a server that wants to be left alone: why, how long, and two ways out
#
# SPDX-License-Identifier: GPL-3.0-or-later
import re

from uitest import *

sys.path.insert(0, str(Path(os.environ['HAUL_SOURCE_DIR']) / 'tests/lib'))
from mischief.client import Server  # noqa: E402

tap = Tap()


def to_copying(window, port):
    window.sign_in('alice', 'geheim', f'localhost:{port}')
    wait_until_checked(window)
    window.next()
    find_store(window)
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Rechnungen')
    window.next()
    window.page('Ready')
    sentence = window.label('room for')
    window.next('Copy Mail')
    return sentence


def time_left(window):
    line = window.label('Going on in', 40)
    minutes = re.search(r'in (\d+):(\d\d) minutes', line)
    return int(minutes[1]) * 60 + int(minutes[2]) if minutes else int(re.search(r'in (\d+) second', line)[1])


def test():
    path, wanted, _ = make_store()
    with Server() as server:
        world = server.world('waiting', user='alice', password='geheim', switches={'throttle': {'after_msgs': 3, 'ms': 290_000},
                                                                                  'quota_octets': 20_000})
        window = Program(path)
        focus_window()
        press(find(window.window, 'toggle button', 'More'))
        Atspi.Selection.select_child(labelled(window.window, 'Security'), 3)
        sentence = to_copying(window, world.port)
        tap.check('does not fit' in sentence and 'needed' in sentence, 'too little room: the numbers, before anything is sent', sentence)
        first = time_left(window)
        tap.check(290 < first <= 305, f'five in a hundred more than told ({first})')
        shot('waiting')
        said = window.label('The mail server asked us to wait')
        tap.check(said, 'a calm sentence says why', said)
        words = window.label('The server says')
        tap.check('Suggested Backoff Time' in words, 'and the server’s own words', words)
        until('the count goes down', lambda: time_left(window) < first or None)
        tap.check(True, 'the time left counts down')
        world.set(throttle=None)
        window.press('Try Now')
        window.page('The mailbox is full', 60)
        shot('waiting-full')
        numbers = window.label('Copied so far')
        tap.check(re.search(r'Still to come: \d+ messages?, ', numbers), 'try now goes on at once; a full mailbox with its numbers', numbers)
        world.set(quota_octets=None)
        window.press('Try Again')
        window.page('Done', 90)
        found = digests(world.contents(as_sent=True))
        tap.equal(sum(map(total_of, found.values())), total(wanted), 'with room, the rest arrives')
    end(tap, window)


def total_of(counter):
    return sum(counter.values())


run(tap, test)
