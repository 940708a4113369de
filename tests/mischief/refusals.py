"""Messages that a server refuses: repaired, carried or kept, by the engine against servers that cannot be had.

SPDX-License-Identifier: GPL-3.0-or-later

    refusals.py DRIVER

Cyrus's words for what it refuses, Exchange's for all, and Gmail's.
"""
import email
import email.policy

from mischieftest import *

DRIVER = sys.argv[1]
os.environ['HAUL_FAULT_HOLD_MS'] = '30'
os.environ.setdefault('IMAPS_PORT', '1')
tap = Tap()
CYRUS = '%t NO Message contains invalid header'
EXCHANGE = '%t BAD Command Argument Error. 11'
GMAIL = '%t BAD Invalid Arguments: Unable to parse message'
HEAD = b'From: anna@example.org\nTo: b@example.org\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nMessage-ID: <%d@x>\nSubject: '
GOOD = [(HEAD % i + b'good %d\n\ntext %d\n' % (i, i)) for i in range(3)]
COMMANDS = b'\nz1 CREATE pwned\nz2 DELETE letters\n'


def write(path, texts):
    path.mkdir(exist_ok=True)
    for i, text in enumerate(texts):
        (path / f'{i:03}.eml').write_bytes(text)


def copy(place, world, verb='copy', **options):
    process = subprocess.run([DRIVER, verb, place / 'state', USER, place / 'letters', f'port={world.port}', *(f'{k}={v}' for k, v in options.items())],
                             input=PASSWORD.encode() + b'\n', capture_output=True, timeout=200)
    return Run(process.args, process.returncode, process.stdout.decode(), process.stderr.decode('utf-8', 'replace'))


def stored(world):
    found = world.contents(as_sent=True)
    return {name: sum(box.values()) for name, box in found.items() if sum(box.values())}


def codes(run):
    return Counter(one['code'] for one in run.json['messages'] if one['code'] not in ('altered-by-server', 'no-date', 'flags-changed', 'date-changed'))


def numbers(run):
    return tuple(run.json['all'][name] for name in ('found', 'copied', 'present', 'failed'))


def steps_of(world):
    return sum(1 for one in world.steps() if 'APPEND:last' in str(one))


def case(world, what, personality, bad, wanted, switches=None, again=True, **options):
    """@bad: a message beside three good ones; @wanted: (copied, failed, codes)."""
    copied, failed, words = wanted
    with folder('refusals') as place:
        world.reset(personality, **(switches or {}))
        write(place / 'letters', GOOD[:2] + [bad] + GOOD[2:])
        run = copy(place, world, **options)
        tap.equal((numbers(run), codes(run)), ((4, copied, 0, failed), Counter(words)), f'{what}: copied, or listed', run)
        tap.equal(world.ask('foreign')['foreign'], [], f'{what}: nothing became a command', run)
        tap.equal(sum(stored(world).values()), copied, f'{what}: stored once', f'{stored(world)}\n{run}')
        kept = sorted((place / 'state' / 'refused').glob('*'))
        lines = [one for one in run.json['messages'] if one['outcome'] == 'failed']
        if failed:
            tap.equal(([p.read_bytes() for p in kept], [p.stat().st_mode & 0o777 for p in kept]), ([bad.replace(b'\n', b'\r\n')], [0o600]),
                      f'{what}: kept as a file', run)
            tap.equal(lines[0].get('kept'), str(kept and kept[0]), f'{what}: the report names the file', lines)
        else:
            tap.equal(kept, [], f'{what}: nothing is kept', run)
            tap.equal(run.json['verdict'], 'complete', f'{what}: complete', run)
        if not again:
            return run
        for name in ('again', 'again without the journal'):
            if 'without' in name:
                shutil.rmtree(place / 'state')
            run = copy(place, world, **options)
            tap.equal(numbers(run), (4, 0, copied, failed), f'{what}, {name}: all are there', run)
            tap.equal(sum(stored(world).values()), copied, f'{what}, {name}: nothing twice', stored(world))
        run = copy(place, world, verb='verify', **options)
        tap.equal(numbers(run), (4, 0, copied, failed), f'{what}, verified', run)
        if not failed:
            tap.check(run.json['all']['proof']['byte-identical'] <= 3, f'{what}, verified: the altered one is not called byte-identical', run)
        return run


def main():
    subject = HEAD % 9
    umlauts = subject + 'Grüße\n\nx\n'.encode()
    long = subject + b'long\n\n' + b'x' * 10300 + COMMANDS
    nul = subject + b'nul\n\na\0b\n'
    with Server() as server:
        world = server.world('refusals', user=USER, password=PASSWORD)
        for name, reply in (('NO', CYRUS), ('BAD', GMAIL)):
            case(world, f'8-bit header, {name}', 'conforming', umlauts, (4, 0, ['repaired']), {'refuse_content': {'header_8bit': reply}})
        case(world, '8-bit header, courier-like', 'courier-like', umlauts, (4, 0, ['repaired']), {'refuse_content': {'header_8bit': '%t NO Error in IMAP command received by server.'}})
        case(world, '8-bit header, COPY', 'no-move', umlauts, (4, 0, ['repaired']), {'refuse_content': {'header_8bit': CYRUS}})
        case(world, '8-bit header, direct', 'no-create', umlauts, (4, 0, ['repaired']), {'refuse_content': {'header_8bit': CYRUS}})
        case(world, '8-bit header, taken as it is', 'conforming', umlauts, (4, 0, []), again=False)
        case(world, '8-bit header, not allowed', 'conforming', umlauts, (3, 1, ['refused']), {'refuse_content': {'header_8bit': CYRUS}}, repair='nul')
        case(world, 'NUL', 'conforming', nul, (4, 0, ['repaired']))
        case(world, 'NUL, not allowed', 'conforming', nul, (3, 1, ['nul-octets']), repair='long-lines')
        case(world, 'no last line end', 'conforming', subject + b'end\n\nx', (4, 0, ['repaired']), {'refuse_content': {'bare_end': CYRUS}})
        case(world, 'two flaws', 'conforming', umlauts[:-1], (4, 0, ['repaired']), {'refuse_content': {'bare_end': CYRUS, 'header_8bit': CYRUS}})
        case(world, 'two flaws, one of them borne', 'conforming', umlauts[:-1], (4, 0, ['repaired']), {'refuse_content': {'header_8bit': CYRUS}})
        case(world, 'no last line end, Yahoo', 'yahoo-like', subject + b'end\n\nx', (4, 0, ['repaired']))
        for kind in ('exchange-5.5', 'exchange-2010', 'exchange-2016'):
            case(world, f'long line, {kind}', kind, long, (4, 0, ['repaired']))
        signed = subject + b'signed\nContent-Type: multipart/signed; boundary=x\n\n--x\n\n' + b'x' * 11000 + COMMANDS + b'--x--\n'
        case(world, 'long line, signed, Exchange', 'exchange-2010', signed, (3, 1, ['long-lines']))
        case(world, 'long line, signed, carrier', 'exchange-2010', signed, (4, 0, ['carried']), carrier=1)
        for kind, reply in (('conforming', CYRUS), ('gmail', GMAIL), ('minimal-rfc3501', EXCHANGE), ('hmailserver', CYRUS)):
            run = case(world, f'refused in any form, {kind}, {reply[3:6]}', kind, subject + b'any\n\nrefuse me' + COMMANDS, (3, 1, ['refused' if 'NO' in reply else 'refused']),
                       {'refuse_content': {'all': reply}})
        case(world, 'refused, carrier', 'conforming', subject + b'any\n\nrefuse me\n', (4, 0, ['carried']), {'refuse_content': {'all': CYRUS}}, carrier=1)
    tap.done()


main()
