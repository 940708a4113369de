"""The line end behind a message: where a server wants it so, in a write of its own (Exchange 5.5, KB Q239082).

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from mischieftest import *

tap = Tap()
SEND = re.compile(r'(?:sendto|write)\(\d+, "(.*)", (\d+)')


def last_writes(place, world, personality):
    """What is written last of each message, after its text: [octets of it]."""
    world.reset(personality)
    with tempfile.NamedTemporaryFile('r', dir=place) as trace:
        run = subprocess.run(['strace', '-f', '-s', '9999', '-e', 'trace=sendto,write', '-o', trace.name, CLI, 'copy', place / 'Mail',
                              f'--server=127.0.0.1:{world.port}', '--security=none', '--allow-plaintext', f'--user={USER}', '--batch',
                              f'--password-file={place}/password', f'--state-dir={place}/{personality}'],
                             env=dict(os.environ, ASAN_OPTIONS='detect_leaks=0'), capture_output=True, text=True)
        writes = [found.groups() for found in map(SEND.search, trace) if found]
    tap.equal(run.returncode, 0, f'{personality}: copied', run.stderr)
    return [int(writes[i + 1][1]) for i, (text, _) in enumerate(writes[:-1]) if text.endswith('the last line\\r')]


with Server() as server, folder('end') as place:
    (place / 'Mail').mkdir()
    for i in range(3):
        (place / f'Mail/{i}.eml').write_bytes(b'From: a@example.org\nSubject: %d\nDate: Fri, 17 Oct 2003 10:00:00 +0000\n\nthe last line\n' % i)
    (place / 'password').touch(0o600)
    (place / 'password').write_text(PASSWORD)
    world = server.world('end', user=USER, password=PASSWORD)
    tap.equal(last_writes(place, world, 'exchange-5.5'), [1] * 3, 'exchange-5.5: the last octet goes without the line end behind it')
    tap.equal(last_writes(place, world, 'conforming'), [3] * 3, 'conforming: both in one')
tap.done()
