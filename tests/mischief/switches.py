"""Each switch of the scripted server does what it says, and nothing does it without.  SPDX-License-Identifier: GPL-3.0-or-later"""
from mischieftest import *

tap = Tap()
RE = re.compile
HOSTILE = b'Subject: x\r\n\r\nzz CREATE PWNED\r\nzz NOOP\r\n'


def created(client, bench):
    return sorted(bench.world.ask('dump', messages=False)['mailboxes'])


def select(client, box='INBOX'):
    answer = client.ask(f'SELECT "{box}"')
    return '\n'.join([*client.untagged, answer])


def uid_of(answer):
    return [int(n) for n in re.search(r'APPENDUID (\d+) (\d+)', answer).groups()]


def two_moved(client, bench, lines=False):
    """Two messages are moved; what was said, what is in both mailboxes."""
    client.append(letter(1))
    client.append(letter(2))
    client.ask('CREATE box')
    client.ask('SELECT INBOX')
    answer = client.ask('UID MOVE 1:2 box')
    said = [line for line in client.untagged if 'COPYUID' in line]
    said = [re.sub(r'\d{6,}', lambda m: 'V' if int(m[0]) == validity(bench, 'box') else 'other', line) for line in said]
    return (said, answer) if lines else (answer[:2], bench.n(), bench.n('box'))


def validity(bench, box):
    return bench.world.ask('dump', messages=False)['mailboxes'][box]['uidvalidity']


def refused(client, bench, command='APPEND "none" () {%d+}', body=HOSTILE):
    """A non-synchronizing literal that is refused, with commands in it."""
    client.send('a ' + command % len(body) + '\r\n')
    client.send(body + b'\r\nb NOOP\r\n')
    answer = client.until('b')
    return answer[:2], 'PWNED' in created(client, bench), len(bench.world.ask('foreign')['foreign']) > 0


def seen_names(client, pattern='*'):
    client.ask(f'LIST "" "{pattern}"')
    return '\n'.join(client.untagged)


def keyword(client, bench):
    answer = client.append(flags='\\Seen $Label')
    client.ask('SELECT INBOX')
    return answer[:3].strip(), '$Label' in client.fetch()[0] if answer.startswith('OK') else None


def rewritten(octets, **more):
    def do(client, bench):
        client.append(octets, **more)
        return base64.b64decode(bench.world.ask('octets', mailbox='INBOX', uid=1)['octets'])
    return do


def size(client, bench):
    client.append(LETTER)
    client.ask('SELECT INBOX')
    return int(re.search(r'RFC822.SIZE (\d+)', client.fetch('RFC822.SIZE')[0])[1]) - len(LETTER)


def validities(client, bench, again):
    first = re.search(r'UIDVALIDITY (\d+)', select(client))[1]
    client = again(client, bench)
    return first == re.search(r'UIDVALIDITY (\d+)', select(client))[1]


def long_line(client, bench):
    body = b'Subject: x\r\n\r\n' + b'y' * 100 + b' word CREATE PWNED\r\n'
    client.send(b'a APPEND INBOX () {%d}\r\n' % len(body))
    client.line()
    client.send(body + b'\r\n')
    first = client.line()
    client.ask('NOOP')
    return first, 'PWNED' in created(client, bench), bench.n()


def uid_next(client):
    return int(re.search(r'UIDNEXT (\d+)', select(client))[1])


def told_next(client, bench):
    client.ask('STATUS INBOX (UIDNEXT)')
    for i in range(4):
        client.append()
    return uid_next(client)


ABILITIES = [
    ('LITERAL+', {}, lambda c, b: c.append(plus=True), RE('^OK .APPENDUID')),
    ('literal_plus no', {'literal_plus': 'no'}, lambda c, b: c.append(plus=True), RE('^BAD')),
    ('literal_plus minus, short', {'literal_plus': 'minus'}, lambda c, b: c.append(plus=True), RE('^OK')),
    ('literal_plus minus, long', {'literal_plus': 'minus'}, lambda c, b: c.append(letter(1, 5000), plus=True), RE('^BAD')),
    ('refused_literal discard', {}, refused, ('OK', False, False)),
    ('refused_literal execute', {'refused_literal': 'execute'}, refused, ('OK', True, True)),
    ('refused_literal disconnect', {'refused_literal': 'disconnect'}, lambda c, b: (refused(c, b)[0], b.n('PWNED')), ('', -1)),
    ('refused for its flag, execute', {'refused_literal': 'execute'},
     lambda c, b: refused(c, b, 'APPEND INBOX (\\Bogus) {%d+}'), ('OK', True, True)),
    ('MULTIAPPEND', {}, lambda c, b: (c.send('a APPEND INBOX () {3+}\r\nx\r\n () {3+}\r\ny\r\n\r\n'), c.until('a')[:14], b.n()),
     (None, 'OK [APPENDUID ', 2)),
    ('multiappend no', {'multiappend': False},
     lambda c, b: (c.send('a APPEND INBOX () {3+}\r\nx\r\n () {3+}\r\ny\r\n\r\n'), c.until('a')[:3], b.n()), (None, 'BAD', 0)),
    ('move no', {'move': 'no'}, lambda c, b: two_moved(c, b), ('BA', 2, 0)),
    ('move yes', {}, lambda c, b: two_moved(c, b), ('OK', 0, 2)),
    ('move both', {'move': 'both'}, lambda c, b: two_moved(c, b), ('OK', 2, 2)),
    ('move nowhere', {'move': 'nowhere'}, lambda c, b: two_moved(c, b), ('OK', 0, 0)),
    ('move lose_one', {'move': 'lose_one'}, lambda c, b: two_moved(c, b), ('OK', 0, 1)),
    ('uidplus no', {'uidplus': False}, lambda c, b: (c.append(), two_moved(c, b, True)[0], c.ask('UID EXPUNGE 1')[:3]),
     ('OK Append completed.', [], 'BAD')),
    ('create no', {'create': False}, lambda c, b: c.ask('CREATE box'), RE('^NO .NOPERM')),
    ('delete no', {'delete': False}, lambda c, b: (c.ask('CREATE box')[:2], c.ask('DELETE box')[:2]), ('OK', 'NO')),
    ('rename no', {'rename': False}, lambda c, b: (c.ask('CREATE box')[:2], c.ask('RENAME box x')[:2]), ('OK', 'NO')),
    ('rename', {}, lambda c, b: (c.ask('CREATE box/in')[:2], c.ask('RENAME box/in x/y')[:2], created(c, b)), ('OK', 'OK', ['INBOX', 'x/y'])),
    ('unselect no', {'unselect': False}, lambda c, b: (select(c)[:1], c.ask('UNSELECT')[:3]), ('*', 'BAD')),
    ('namespace no', {'namespace': 'no'}, lambda c, b: c.ask('NAMESPACE'), RE('^BAD')),
    ('namespace drop', {'namespace': 'drop'}, lambda c, b: c.ask('NAMESPACE'), ''),
    ('prefix', {'prefix': 'INBOX.', 'delimiter': '.'}, lambda c, b: (c.ask('CREATE Top')[:2], c.ask('CREATE INBOX.Top')[:2]), ('NO', 'OK')),
    ('delimiter', {'delimiter': '\\'}, lambda c, b: seen_names(c, ''), '* LIST (\\Noselect) "\\\\" ""'),
    ('inbox_delimiter_nil', {'inbox_delimiter_nil': True}, lambda c, b: seen_names(c), RE('NIL "INBOX"')),
    ('sasl_ir no', {'sasl_ir': False, }, lambda c, b: b.client(login=False).ask('AUTHENTICATE PLAIN AGFsaWNlAGdlaGVpbQ=='), RE('^BAD')),
    ('sasl_ir', {}, lambda c, b: b.client(login=False).ask('AUTHENTICATE PLAIN AGFsaWNlAGdlaGVpbQ=='), RE('^OK')),
    ('login no', {'mechanisms': ['PLAIN']}, lambda c, b: (b.world.set(login=False), b.client(login=False).ask(f'LOGIN {USER} {PASSWORD}')[:2])[1], 'NO'),
    ('mechanisms', {'mechanisms': []}, lambda c, b: b.client(login=False).ask('AUTHENTICATE PLAIN AGFsaWNlAGdlaGVpbQ=='), RE('^NO')),
    ('a wrong password', {}, lambda c, b: b.client(login=False).ask(f'LOGIN {USER} wrong'), RE('^NO')),
    ('quota', {'quota_octets': 2048}, lambda c, b: (c.ask('GETQUOTAROOT INBOX'), c.untagged[-1])[1], '* QUOTA "User quota" (STORAGE 0 2)'),
    ('quota_octets', {'quota_octets': 2048}, lambda c, b: (c.append(letter(1, 1500))[:2], c.append(letter(2, 1500)), b.n())[1:],
     ('NO [OVERQUOTA] Quota exceeded', 1)),
    ('quota_without_list', {'quota_without_list': True}, lambda c, b: (c.ask('GETQUOTAROOT INBOX'), c.untagged[-1])[1], '* QUOTA "ROOT"'),
]
ANSWERS = [
    ('appenduid no', {'appenduid': 'no'}, lambda c, b: c.append(), 'OK Append completed.'),
    ('appenduid', {}, lambda c, b: uid_of(c.append()) == [validity(b, 'INBOX'), 1], True),
    ('appenduid swapped', {'appenduid': 'swapped'}, lambda c, b: uid_of(c.append()) == [1, validity(b, 'INBOX')], True),
    ('appenduid wrong_validity', {'appenduid': 'wrong_validity'}, lambda c, b: uid_of(c.append()) == [validity(b, 'INBOX') + 1, 1], True),
    ('appenduid wrong_uid', {'appenduid': 'wrong_uid'}, lambda c, b: uid_of(c.append())[1], 1001),
    ('appenduid zero', {'appenduid': 'zero'}, lambda c, b: uid_of(c.append()), [0, 0]),
    ('lie_when', {'appenduid': 'wrong_uid', 'lie_when': {'every': 2}}, lambda c, b: [uid_of(c.append())[1] for _ in range(4)], [1, 1002, 3, 1004]),
    ('copyuid', {}, lambda c, b: two_moved(c, b, True), (['* OK [COPYUID V 1:2 1:2] Moved UIDs.'], 'OK MOVE completed.')),
    ('copyuid no', {'copyuid': 'no'}, lambda c, b: two_moved(c, b, True), ([], 'OK MOVE completed.')),
    ('copyuid wrong_uid', {'copyuid': 'wrong_uid'}, lambda c, b: two_moved(c, b, True)[0], ['* OK [COPYUID V 1:2 1001:1002] Moved UIDs.']),
    ('copyuid wrong_validity', {'copyuid': 'wrong_validity'}, lambda c, b: two_moved(c, b, True)[0], ['* OK [COPYUID other 1:2 1:2] Moved UIDs.']),
    ('copyuid shuffled', {'copyuid': 'shuffled'}, lambda c, b: two_moved(c, b, True)[0], ['* OK [COPYUID V 1:2 2,1] Moved UIDs.']),
    ('copyuid swapped', {'copyuid': 'swapped'},
     lambda c, b: (c.ask('CREATE box'), c.append(box='box'), two_moved(c, b, True))[2][0], ['* OK [COPYUID V 2:3 1:2] Moved UIDs.']),
    ('copyuid tagged', {'copyuid': 'tagged'}, lambda c, b: two_moved(c, b, True)[1], RE('^OK .COPYUID')),
    ('select_uidnext no', {'select_uidnext': False}, lambda c, b: 'UIDNEXT' in select(c), False),
    ('select_uidvalidity no', {'select_uidvalidity': False}, lambda c, b: 'UIDVALIDITY' in select(c), False),
    ('uidnext', {}, told_next, 5),
    ('uidnext_lie', {'uidnext_lie': 3}, told_next, 8),
    ('uidnext_lie zero', {'uidnext_lie': 'zero'}, told_next, 0),
    ('uidnext_lie stale', {'uidnext_lie': 'stale'}, told_next, 1),
    ('uidvalidity stays', {}, lambda c, b: validities(c, b, lambda c, b: b.client()), True),
    ('uidvalidity_change reconnect', {'uidvalidity_change': 'reconnect'}, lambda c, b: validities(c, b, lambda c, b: b.client()), False),
    ('uidvalidity_change reconnect, not at select', {'uidvalidity_change': 'reconnect'}, lambda c, b: validities(c, b, lambda c, b: c), True),
    ('uidvalidity_change select', {'uidvalidity_change': 'select'}, lambda c, b: validities(c, b, lambda c, b: c), False),
    ('search', {}, lambda c, b: (c.append(), select(c), c.ask('UID SEARCH ALL'), c.untagged)[3], ['* SEARCH 1']),
    ('search empty', {'search': 'empty'}, lambda c, b: (c.append(), select(c), c.ask('UID SEARCH ALL'), c.untagged)[3], ['* SEARCH']),
    ('search empty_esearch', {'search': 'empty_esearch'}, lambda c, b: (c.append(), select(c), c.ask('UID SEARCH ALL'), c.untagged)[3],
     ['* ESEARCH (TAG "t4") UID']),
    ('search fails', {'search': 'fails'}, lambda c, b: (select(c), c.ask('UID SEARCH ALL'))[1], RE('^NO')),
    ('size_report', {}, size, 0),
    ('size_report plus2', {'size_report': 'plus2'}, size, 2),
    ('size_report plus_headers', {'size_report': 'plus_headers'}, size, 63),
    ('size_report approx', {'size_report': 'approx'}, lambda c, b: size(c, b) != 0, True),
    ('noise', {'noise': '* OK Still here'}, lambda c, b: (c.ask('NOOP'), c.untagged)[1], ['* OK Still here']),
    ('alert_8bit', {'alert_8bit': '* OK [ALERT] 8'}, lambda c, b: (c.append(b'Subject: \xe4\r\n\r\nx\r\n'), c.untagged)[1], ['* OK [ALERT] 8']),
    ('list_empty', {'list_empty': True}, lambda c, b: (c.ask('CREATE box'), seen_names(c))[1].count('\n'), 0),
    ('backslash_as_literal', {'backslash_as_literal': True, 'strict_names': False},
     lambda c, b: (c.ask('CREATE "a\\\\b"'), seen_names(c, 'a*'))[1], RE(r'\{3\}\na\\b$')),
]
KEEPING = [
    ('keywords any', {}, keyword, ('OK', True)),
    ('keywords drop', {'keywords': 'drop'}, keyword, ('OK', False)),
    ('keywords bad', {'keywords': 'bad'}, keyword, ('BAD', None)),
    ('keywords listed', {'keywords': ['$Label']}, keyword, ('OK', True)),
    ('bad_flag refuse', {}, lambda c, b: c.append(flags='\\Bogus'), RE('^BAD')),
    ('bad_flag drop', {'bad_flag': 'drop'}, lambda c, b: c.append(flags='\\Bogus'), RE('^OK')),
    ('no such date', {}, lambda c, b: c.append(date='31-Feb-2001 03:04:05 +0000'), RE('^BAD')),
    ('date_bad now', {'date_bad': 'now'}, lambda c, b: c.append(date='31-Feb-2001 03:04:05 +0000'), RE('^OK')),
    ('date_min', {'date_min': 0}, lambda c, b: c.append(date='01-Feb-1969 03:04:05 +0000'), RE('^BAD')),
    ('a date before 1970', {}, lambda c, b: (c.append(date='31-Dec-1969 23:59:59 +0000'), list(b.world.contents()['INBOX'])[0][1])[1], -1),
    ('zone', {}, lambda c, b: (c.append(date='01-Feb-2001 03:04:05 +0100'), list(b.world.contents()['INBOX'])[0][1])[1], SECONDS - 3600),
    ('zone_ignored', {'zone_ignored': True}, lambda c, b: (c.append(date='01-Feb-2001 03:04:05 +0100'), list(b.world.contents()['INBOX'])[0][1])[1], SECONDS),
    ('date_upload', {'date_upload': True}, lambda c, b: (c.append(), abs(list(b.world.contents()['INBOX'])[0][1] - time.time()) < 5)[1], True),
    ('no rewriting', {}, rewritten(b'A: \xe4 \r\n\r\na\rb\0c'), b'A: \xe4 \r\n\r\na\rb\0c'),
    ('rewrite final_crlf', {'rewrite': ['final_crlf']}, rewritten(b'A: b\r\n\r\nc'), b'A: b\r\n\r\nc\r\n'),
    ('rewrite bare_cr', {'rewrite': ['bare_cr']}, rewritten(b'A: b\r\n\r\nc\rd\r\n'), b'A: b\r\n\r\ncd\r\n'),
    ('rewrite nul_0x80', {'rewrite': ['nul_0x80']}, rewritten(b'A: b\r\n\r\n\0'), b'A: b\r\n\r\n\x80'),
    ('rewrite munge8bit', {'rewrite': ['munge8bit']}, rewritten(b'A: \xe4\r\n\r\n\xe4'), b'A: X\r\n\r\n\xe4'),
    ('rewrite trim_blanks', {'rewrite': ['trim_blanks']}, rewritten(b'A: b \t\r\n\r\nc '), b'A: b\r\n\r\nc '),
    ('rewrite msgid_domain', {'rewrite': ['msgid_domain']}, rewritten(b'Message-ID: <a@b>\r\n\r\nc'), b'Message-ID: <a@server.example>\r\n\r\nc'),
    ('rewrite headers', {'rewrite': ['headers']}, rewritten(b'A: b\r\n\r\nc'), b'X-IMAPbase: 1 1\r\nX-UID: 1\r\nA: b\r\n\r\nc'),
    ('rewrite mime', {'rewrite': ['mime']}, rewritten(b'Subject: s\r\nX-A: b\r\nFrom: f\r\n\r\nc'),
     b'From: f\r\nSubject: s\r\nX-A: b\r\nMIME-Version: 1.0\r\n\r\nc'),
    ('rewrite wrap72', {'rewrite': ['wrap72']}, lambda c, b: max(map(len, rewritten(b'A: b\r\n\r\n' + b'eight888 ' * 40)(c, b).split(b'\r\n'))), 72),
    ('both digests', {'rewrite': ['final_crlf']}, lambda c, b: (c.append(b'A: b\r\n\r\nc'), [
        list(b.world.contents(as_sent)['INBOX'])[0][0] == hashlib.sha256(x).hexdigest() for as_sent, x in ((False, b'A: b\r\n\r\nc\r\n'), (True, b'A: b\r\n\r\nc'))])[1],
     [True, True]),
    ('dedupe, one mailbox', {'dedupe': True}, lambda c, b: (c.append(flags='\\Seen'), uid_of(c.append(flags='\\Flagged'))[1], b.n(),
                                                          sorted(list(b.world.contents()['INBOX'])[0][2]))[1:], (1, 1, ['\\Flagged', '\\Seen'])),
    ('dedupe, two mailboxes', {'dedupe': True}, lambda c, b: (c.ask('CREATE box'), c.append(), c.append(box='box', date='01-Feb-2011 03:04:05 +0000'),
                                                            list(b.world.contents()['box'])[0][1])[3], SECONDS),
    ('append_lie not_stored', {'append_lie': {'not_stored': {'every': 2}}}, lambda c, b: ([c.append()[:2] for _ in range(4)], b.n()), (['OK'] * 4, 2)),
    ('append_lie stored_no', {'append_lie': {'stored_no': {'nth': 2}}}, lambda c, b: ([c.append()[:2] for _ in range(3)], b.n()), (['OK', 'NO', 'OK'], 3)),
    ('append_lie twice', {'append_lie': {'twice': {'after': 1}}}, lambda c, b: ([c.append()[:2] for _ in range(3)], b.n()), (['OK'] * 3, 5)),
]
LIMITS = [
    ('line_limit', {'line_limit': 100}, long_line, ('word BAD Command Error. 10', True, 0)),
    ('no line_limit', {}, lambda c, b: c.append(letter(1, 20000)), RE('^OK')),
    ('cmd_limit', {'cmd_limit': 100}, lambda c, b: c.ask('STATUS "' + 'x' * 200 + '" (MESSAGES)'), 'BAD Command Error. 10'),
    ('max_msg', {'max_msg': 100}, lambda c, b: c.append(letter(1, 200)), RE('^NO .TOOBIG')),
    ('max_msg untagged', {'max_msg': 100, 'max_msg_reply': 'untagged'},
     lambda c, b: (c.send('a APPEND INBOX () {200}\r\n'), c.line())[1], '* BAD command line limit exceeded'),
    ('max_msg disconnect', {'max_msg': 100, 'max_msg_reply': 'disconnect'}, lambda c, b: (c.append(letter(1, 200))[:2], c.line()), ('NO', '')),
    ('max_messages', {'max_messages': 1}, lambda c, b: (c.append()[:2], c.append()[:2]), ('OK', 'NO')),
    ('conn_cap login', {'conn_cap': 1}, lambda c, b: b.client(login=False).ask(f'LOGIN {USER} {PASSWORD}'), RE('^NO .UNAVAILABLE')),
    ('conn_cap drop', {'conn_cap': 1, 'conn_cap_reply': 'drop'}, lambda c, b: b.client(login=False).greeting, ''),
    ('conn_cap not_connected', {'conn_cap': 1, 'conn_cap_reply': 'not_connected'}, lambda c, b: b.client().ask('STATUS INBOX (MESSAGES)'),
     'BAD User is authenticated but not connected.'),
    ('conn_linger', {'conn_cap': 1, 'conn_linger': 30}, lambda c, b: (c.ask('LOGOUT'), wait_for(lambda: not b.world.ask('steps')['connections']),
                                                                    b.client(login=False).ask(f'LOGIN {USER} {PASSWORD}')[:2])[2], 'NO'),
    ('err_cap', {'err_cap': 3}, lambda c, b: ([c.ask('BOGUS')[:3] for _ in range(3)], c.line()), (['BAD'] * 3, '* BYE Too many errors')),
    ('pending_cap', {'pending_cap': 20}, lambda c, b: (c.send('a NOOP\r\n' * 200), c.until('z'))[1], 'RST'),
    ('preauth_timeout', {}, lambda c, b: (b.world.set(preauth_timeout=0.1), b.client(login=False).line())[1], RE('^. BYE')),
    ('idle_timeout', {'idle_timeout': 0.1}, lambda c, b: c.line(), RE('^. BYE')),
    ('throttle', {'throttle': {'after_msgs': 2, 'ms': 300}}, lambda c, b: ([c.append()[:2] for _ in range(3)], time.sleep(0.35), c.append()[:2])[::2],
     (['OK', 'OK', 'NO'], 'OK')),
    ('throttle in words', {'throttle': {'after_octets': 10, 'ms': 5000, 'close': True}}, lambda c, b: (c.append()[:2], re.sub(r'\d+ ', 'N ', c.append()), c.line()),
     ('OK', 'NO Request is throttled. Suggested Backoff Time: N milliseconds', '* BYE Connection closed. 14')),
    ('throttle and logins', {'throttle': {'after_msgs': 1, 'ms': 5000, 'logins': True}},
     lambda c, b: (c.append()[:2], c.append()[:2], b.client().ask('STATUS INBOX (MESSAGES)')), ('OK', 'NO', 'BAD User is authenticated but not connected.')),
    ('budget_octets', {'budget_octets': 100}, lambda c, b: (c.append()[:2], c.append(), c.line()), ('OK', 'NO [OVERQUOTA] Budget exceeded', '* BYE Session invalidated - AccessTokenExpired')),
    ('token_ttl', {'token_ttl': 0.1}, lambda c, b: (time.sleep(0.15), c.ask('STATUS INBOX (MESSAGES)'), c.untagged)[1:], ('', ['* BYE Session invalidated - AccessTokenExpired'])),
]
ODD = [
    ('case_fold_names', {'case_fold_names': True}, lambda c, b: (c.ask('CREATE Box')[:2], c.ask('CREATE bOX')), ('OK', 'NO [ALREADYEXISTS] Mailbox already exists')),
    ('names keep their case', {}, lambda c, b: (c.ask('CREATE Box')[:2], c.ask('CREATE bOX')[:2]), ('OK', 'OK')),
    ('strict_names', {}, lambda c, b: c.ask('CREATE "&bad"'), RE('^NO')),
    ('strict_names no', {'strict_names': False}, lambda c, b: c.ask('CREATE "&bad"'), RE('^OK')),
    ('forbidden_names', {'forbidden_names': {'Files': '%t NO Folder name is reserved'}}, lambda c, b: c.ask('CREATE Files'), 'NO Folder name is reserved'),
    ('gmail_names', {'gmail_names': True}, lambda c, b: c.ask('CREATE "a  b"'), RE('^NO .CANNOT')),
    ('strip_spaces_crash', {'strip_spaces_crash': True}, lambda c, b: c.ask('SELECT "a "'), ''),
    ('non_selectable', {'non_selectable': ['box']}, lambda c, b: (c.ask('CREATE box')[:2], c.ask('SELECT box')[:2]), ('OK', 'NO')),
    ('pipeline_swallow', {'pipeline_swallow': True}, lambda c, b: (c.append(LETTER, end=b'\r\nx NOOP\r\n')[:2], b.world.ask('dump')['mailboxes']['INBOX']['messages'][0][5] - len(LETTER)),
     ('OK', len('\r\nx NOOP\r\n'))),
    ('missing_final_crlf', {'missing_final_crlf': True}, lambda c, b: (c.append(LETTER[:-2])[:2], c.ask('NOOP'), c.ask('NOOP')[:2], c.append()[:2], c.ask('NOOP')[:2]),
     ('OK', 'BAD [CLIENTBUG] Additional arguments found after last expected argument', 'OK', 'OK', 'OK')),
    ('zero_literal', {}, lambda c, b: c.append(b''), RE('^OK')),
    ('zero_literal no', {'zero_literal': 'no'}, lambda c, b: c.append(b''), RE('^NO')),
    ('zero_literal dies', {'zero_literal': 'dies'}, lambda c, b: (d := b.client(), c.append(b''), d.line())[1:], ('RST', 'RST')),
    ('from_line', {'from_line': True}, lambda c, b: c.append(b'From x\r\nA: b\r\n\r\n'), 'NO APPEND [TRYCREATE] failed'),
    ('parse_check', {'parse_check': '%t BAD Invalid Arguments: Unable to parse message'}, lambda c, b: (c.append()[:2], c.append(b'no header\r\n')),
     ('OK', 'BAD Invalid Arguments: Unable to parse message')),
    ('charset_check', {'charset_check': '%t BAD Command Argument Error. 11'},
     lambda c, b: (c.append(b'Subject: =?utf-8?Q?x?=\r\n\r\n')[:2], c.append(b'Subject: =?TELETEX?Q?x?=\r\n\r\n')), ('OK', 'BAD Command Argument Error. 11')),
    ('deleted_selected', {}, lambda c, b: (c.ask('CREATE box'), c.ask('SELECT box'), b.client().ask('DELETE box')[:2], c.line())[2:], ('OK', '')),
    ('deleted_selected no', {'deleted_selected': 'no'}, lambda c, b: (c.ask('CREATE box'), c.ask('SELECT box'), b.client().ask('DELETE box')[:2], c.ask('FETCH 1 UID')[:2])[2:], ('OK', 'NO')),
    ('login_then_not_connected', {'login_then_not_connected': True}, lambda c, b: ([c.ask('STATUS INBOX (MESSAGES)')[:3] for _ in range(2)], c.line()),
     (['BAD', 'BAD'], '* BYE Connection closed. 14')),
    ('referral_host', {}, lambda c, b: (b.world.set(referral_host='other'), (d := b.client(login=False)).ask(f'LOGIN {USER} {PASSWORD}'), d.ask('STATUS INBOX (MESSAGES)'))[1:],
     ('OK [REFERRAL imap://localhost;AUTH=*@other] LOGIN completed', 'NO There is no replica for that mailbox on this server.')),
    ('refuse_login', {}, lambda c, b: (b.world.set(refuse_login=True), b.client(login=False).ask(f'LOGIN {USER} {PASSWORD}')[:2])[1], 'NO'),
    ('answer_delay_ms', {'answer_delay_ms': 150}, lambda c, b: (t := time.monotonic(), c.ask('NOOP'), time.monotonic() - t > 0.14)[2], True),
]


def main():
    bench = Bench(tap)
    for table in (ABILITIES, ANSWERS, KEEPING, LIMITS, ODD):
        bench.rows(table)
    tap.done()


main()
