"""The proxy: it knows where each octet is, and breaks there and nowhere else.  SPDX-License-Identifier: GPL-3.0-or-later"""
from mischieftest import *

tap = Tap()
BODY = b'Subject: x\r\n\r\nabcdef\r\n'
LINE = b'a APPEND "box" (\\Seen) "01-Feb-2001 03:04:05 +0000" {22}\r\n'
# part: octets of what we say that are let through when it is cut there
UP = {'APPEND/tag': b'a', 'APPEND/verb': b'a APP', 'APPEND/mailbox': b'a APPEND "bo', 'APPEND/flags': b'a APPEND "box" (\\Se',
      'APPEND/date': b'a APPEND "box" (\\Seen) "01-Feb-2001 0', 'APPEND/brace': LINE[:-5], 'APPEND/digits': LINE[:-4],
      'APPEND/close': LINE[:-2], 'APPEND/cr': LINE[:-1], 'APPEND/lf': LINE, 'APPEND/first': LINE + BODY[:1], 'APPEND/middle': LINE + BODY[:11],
      'APPEND/last-1': LINE + BODY[:-1], 'APPEND/last': LINE + BODY, 'APPEND/end-cr': LINE + BODY + b'\r', 'APPEND/end-lf': LINE + BODY + b'\r\n'}
DOWN = {'APPEND/plus': '+', 'APPEND/plus-lf': '+ OK\r\n', 'APPEND/reply': '', 'APPEND/reply-tag': 'a', 'APPEND/reply-ok': 'a O',
        'APPEND/reply-bracket': 'a OK [', 'APPEND/reply-code': 'a OK [APPEN', 'APPEND/reply-digit': 'a OK [APPENDUID 1',
        'APPEND/reply-close': 'a OK [APPENDUID 1 1]', 'APPEND/reply-text': 'a OK [APPENDUID 1 1] Append c', 'APPEND/reply-cr': 'a OK [APPENDUID 1 1] Append completed.\r',
        'APPEND/reply-lf': 'a OK [APPENDUID 1 1] Append completed.\r\n'}


def talk(port):
    """One APPEND, spoken as it stands, in the smallest pieces; (what we were told after the sign-in, how it ended)."""
    client = Client(port)
    client.ask('CREATE box')
    got = b''

    def hear(until):
        nonlocal got
        while until not in got:
            data = client.sock.recv(65536)
            if not data:
                raise EOFError
            got += data
    try:
        client.send(LINE)
        hear(b'+ OK\r\n')
        client.send(BODY[:10])
        client.send(BODY[10:] + b'\r\n')
        hear(b'completed.\r\n')
        end = 'well'
    except ConnectionResetError:
        end = 'RST'
    except EOFError:
        end = 'RST' if client.was_reset else 'FIN'
    client.close()
    return re.sub(r'UID \d{9,}', 'UID 1', got.decode()), end


def up_places(way, world):
    before = len(f't1 LOGIN {USER} {PASSWORD}\r\nt2 CREATE box\r\n')
    for act, how in (('fin', 'FIN'), ('rst', 'RST')):
        for place, said in UP.items():
            world.reset()
            way.reset()
            way.arm(at=place, act=act)
            got, end = talk(way.port)
            connection = way.counts()['connections'][0]
            tap.equal((connection['up'] - before, end), (len(said), how), f'{place}, {act}: so much was let through')
            whole = place == 'APPEND/end-lf'
            tap.check(wait_for(lambda: world.ask('steps')['connections'] == 0) and world.ask('dump', mailbox='box')['mailboxes']['box']['n'] == whole,
                      f'{place}, {act}: {"stored" if whole else "nothing stored"}')


def down_places(way, world):
    for place, told in DOWN.items():
        world.reset()
        way.reset()
        way.arm(at=place, act='fin')
        got, end = talk(way.port)
        if 'reply' in place:
            got = got.partition('+ OK\r\n')[2]
            got = re.sub(r'UID \d+$', 'UID 1', got)
        tap.equal((got, end if told != DOWN['APPEND/reply-lf'] else 'FIN'), (told, 'FIN'), f'{place}: so much was heard')


def counted(way, world):
    world.reset()
    way.reset()
    tap.equal(talk(way.port)[1], 'well', 'nothing armed, nothing broken')
    places = way.counts()['places']
    tap.equal({place: places.get(place) for place in UP}, {place: 1 for place in UP}, 'each place was passed once')
    tap.equal({place: places.get(place) for place in DOWN if 'digit' not in place}, {place: 1 for place in DOWN if 'digit' not in place}, 'and of the answers')
    tap.equal(places['APPEND/reply-digit'], len('17000000001'), 'each digit of APPENDUID')
    talk(way.port)
    tap.equal(way.counts()['places']['APPEND/last'], 2, 'counted over connections')
    client = Client(way.port)
    tap.check(client.append(box='none').startswith('NO') and client.append().startswith('OK') and client.ask('NOOP').startswith('OK'),
              'a literal that was refused does not come')
    tap.equal((way.counts()['places']['NOOP/tag'], way.counts()['places']['APPEND/last']), (1, 3), 'and is not waited for')
    client.send(b'm APPEND INBOX () {3+}\r\nabc () {4+}\r\ndefg\r\n')
    tap.check(client.until('m').startswith('OK'), 'several messages in one command')
    tap.equal((way.counts()['places']['APPEND/last'], way.counts()['places']['APPEND/end-lf']), (5, 4), 'and each has its places')
    client.close()


def acts(way, world):
    def fresh(**plan):
        world.reset()
        way.reset()
        way.arm(**plan)
        return Client(way.port)
    client = fresh(at='NOOP/reply', n=2, act='stall', seconds=0.3)
    start = time.monotonic()
    tap.check(client.ask('NOOP').startswith('OK') and time.monotonic() - start < 0.25 and client.ask('NOOP').startswith('OK')
              and time.monotonic() - start > 0.29, 'stall')
    client = fresh(at='NOOP/lf', act='hole')
    client.sock.settimeout(0.3)
    client.send(b'x NOOP\r\ny NOOP\r\n')
    tap.equal((client.line()[:4], heard(client), world.steps().get('NOOP:before')), ('x OK', 'TimeoutError', 1), 'hole: the server hears no more')
    client = fresh(at='NOOP/lf', act='hole', both=True)
    client.sock.settimeout(0.3)
    tap.equal(heard(client, b'x NOOP\r\n'), 'TimeoutError', 'hole, both: nor do we')
    client = fresh(at='NOOP/lf', act='half')
    tap.equal((client.ask('NOOP')[:2], client.line()), ('OK', ''), 'half: the server answers and then sees the end')
    client = fresh(at='NOOP/reply', act='lose')
    client.send(b'x NOOP\r\ny NOOP\r\n')
    tap.equal(client.line()[:4], 'y OK', 'lose')
    client = fresh(at='NOOP/reply', act='double')
    client.send(b'x NOOP\r\n')
    tap.equal([client.line()[:4] for _ in range(2)], ['x OK', 'x OK'], 'double')
    client = fresh(at='NOOP/reply', act='swap')
    client.send(b'x NOOP\r\ny NOOP\r\n')
    tap.equal([client.line()[:4] for _ in range(2)], ['y OK', 'x OK'], 'swap')
    client = fresh(at='NOOP/reply', act='delay', ms=120)
    start = time.monotonic()
    client.ask('NOOP')
    tap.check(time.monotonic() - start > 0.11, 'delay')
    client = fresh(at='APPEND/end-lf', act='late', ms=200, how='rst')
    start = time.monotonic()
    tap.equal((client.append(), time.monotonic() - start < 0.15, world.ask('dump')['mailboxes']['INBOX']['n']), ('RST', True, 0), 'late: we are gone')
    tap.check(wait_for(lambda: world.ask('dump')['mailboxes']['INBOX']['n'] == 1), 'late: the message comes all the same')
    for direction in ('up', 'down'):
        client = fresh(at='NOOP/lf', n=9, act='fin')
        after = way.counts()['connections'][0][direction] + 8
        way.arm(direction=direction, after=after, act='fin', connection=1)
        tap.equal((client.append(letter(1, 400)), way.counts()['connections'][0][direction]), ('', after), f'after {after} octets {direction}')
        other = Client(way.port)
        tap.check(other.ask('NOOP').startswith('OK') and other.append(letter(1, 400)).startswith('OK'), f'{direction}: another connection lives')
    client = fresh(at='NOOP/lf', act='rst', to='client')
    tap.equal((client.ask('NOOP'), world.ask('steps')['connections']), ('RST', 1), 'one side only: the server sees nothing')
    way.reset()
    tap.check(wait_for(lambda: world.ask('steps')['connections'] == 0), 'reset ends what is left')


def heard(client, said=b''):
    client.send(said)
    try:
        return client.line()
    except OSError as error:
        return type(error).__name__


def main():
    with Server() as server, Proxies() as proxies:
        world = server.world('places', user=USER, password=PASSWORD)
        way = proxies.way('way', ('127.0.0.1', world.port))
        for part in (up_places, down_places, counted, acts):
            part(way, world)
    tap.done()


main()
