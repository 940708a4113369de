# dbxsample.py - the sample store of dbxwriter.py: what a garden designer's computer of 2004 could hold
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# All people, firms and texts are invented; all addresses are of example domains.
"""Texts for a sample Outlook Express store."""

import base64
import email.utils

import dbxwriter
from dbxwriter import (ANSWERED, FLAGGED, FORWARDED, HAS_ATTACHMENT, HAS_BODY, READ, UNSENT, Folder, Message, Store)

ME = ('Anna Weber', 'anna.weber@garten-weber.example')
START = 1078736400  # Monday, 8 March 2004, 10:00 at Hamburg
HOUR, DAY = 3600, 86400

PEOPLE = [
    ('Jonas Lindqvist', 'jonas@lindqvist-stauden.example'),
    ('Marta Kowalska', 'm.kowalska@stadtgruen.example'),
    ('Familie Müller', 'mueller.haus@freenet.example'),
    ('Peter Brandt', 'p.brandt@brandt-steine.example'),
    ('Sofia Rossi', 'sofia.rossi@vivairossi.example'),
    ('Dr. Claire Dubois', 'claire.dubois@botanique.example'),
    ('Tom Hayes', 'tom@hayes-irrigation.example'),
]

THREADS = [
    ('Angebot Stauden für Haus Müller', [
        'Guten Tag Frau Weber,\n\nanbei wie besprochen unser Angebot für die Staudenbeete: 120 Hosta, 80 Astilben '
        'und 40 Farne. Die Liefertermine halten wir bis Ende März fest.\n\nMit freundlichen Grüßen\nJonas Lindqvist',
        'Hallo Frau Weber,\n\nFarne sind gerade knapp: Darf ich Ihnen 60 Stück zurücklegen, bevor sie weg sind?\n\n'
        'Viele Grüße\nJonas Lindqvist',
        'Guten Tag Frau Weber,\n\n60 Farne sind notiert. Lieferung am Donnerstag um 8 Uhr.\n\nJonas Lindqvist',
    ]),
    ('Spring planting at the town hall', [
        'Dear Anna,\n\nthe council has agreed to the second plan. Could you start in week 14?\nThe fountain will be '
        'repaired before that, so the paving can stay.\n\nBest regards\nMarta',
        'Dear Anna,\n\none more thing: the school would like to plant one bed with the children. Is that possible?\n\n'
        'Marta',
        'Good news: the school is delighted. 24 children, gloves are needed.\n\nMarta',
    ]),
    ('Terrasse und Wege', [
        'Liebe Frau Weber,\n\nwir haben uns für den hellen Stein entschieden. Von der Küche aus soll man eben '
        'hinausgehen können – geht das mit der Drainage?\n\nHerzliche Grüße\nIhre Müllers',
        'Liebe Frau Weber,\n\ndie Nachbarn fragen, ob die Hecke höher wird als 1,80 m. Was dürfen wir antworten?\n\n'
        'Familie Müller',
    ]),
    ('Preisliste 2004', [
        'Sehr geehrte Damen und Herren,\n\nunsere neue Preisliste gilt ab dem 1. April. Granit bleibt gleich, '
        'Sandstein wird 3 % teurer.\n\nPeter Brandt\nBrandt Natursteine',
    ]),
    ('Olive trees', [
        'Ciao Anna,\n\nthe six olive trees are reserved for you. They travel best in April: after that the heat '
        'in the lorry is too much.\n\nUn saluto\nSofia',
        'Ciao Anna,\n\nthe lorry leaves on Tuesday. Please have a fork-lift ready, each pot weighs 180 kg.\n\nSofia',
    ]),
    ('Une question sur les hostas', [
        'Chère Anna,\n\nles limaces ont mangé toutes mes jeunes feuilles. Avez-vous une idée sans poison ?\n'
        'Le café moulu n’a rien changé.\n\nBien à vous\nClaire',
        'Chère Anna,\n\nmerci pour le cuivre : ça marche ! Je vous envoie des graines de pavot bleu.\n\nClaire',
    ]),
    ('Irrigation valve', [
        'Hi Anna,\n\nthe valve you asked about is out of stock until May. I can lend you one of ours.\n\nTom',
        'Hi Anna,\n\nthe timer has to be set to summer time by hand; the manual forgets to say so.\n\nTom',
    ]),
]


def encoded_word(text):
    try:
        text.encode('ascii')
        return text
    except UnicodeEncodeError:
        charset = 'iso-8859-1' if all(ord(c) < 256 for c in text) else 'utf-8'
        return '=?%s?B?%s?=' % (charset, base64.b64encode(text.encode(charset)).decode())


def person(who):
    return '%s <%s>' % ('"%s"' % who[0] if who[0].isascii() else encoded_word(who[0]), who[1])


def body(text):
    """Content lines and octets as Outlook Express sends them: 8 bit, Windows-1252."""
    return text.replace('\n', '\r\n').encode('cp1252') + b'\r\n'


def html_parts(text, boundary):
    markup = '<HTML><BODY>' + ''.join('<P>%s</P>' % p.replace('\n', '<BR>') for p in text.split('\n\n')) + '</BODY></HTML>'
    parts = b''
    for kind, content in (('plain', body(text)), ('html', body(markup))):
        parts += ('--%s\r\nContent-Type: text/%s;\r\n\tcharset="windows-1252"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
                  % (boundary, kind)).encode() + content + b'\r\n'
    return parts + b'--%s--\r\n' % boundary.encode()


def attachment_parts(text, boundary, name, octets):
    coded = base64.encodebytes(octets).replace(b'\n', b'\r\n')
    return (('--%s\r\nContent-Type: text/plain;\r\n\tcharset="windows-1252"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
             % boundary).encode() + body(text)
            + ('\r\n--%s\r\nContent-Type: application/octet-stream;\r\n\tname="%s"\r\nContent-Transfer-Encoding: base64\r\n'
               'Content-Disposition: attachment;\r\n\tfilename="%s"\r\n\r\n' % (boundary, name, name)).encode()
            + coded + b'\r\n--%s--\r\n' % boundary.encode())


class Sample:
    def __init__(self):
        self.number = 0

    def message(self, sender, recipient, subject, text, when, flags=READ, style='plain', attachment=None):
        self.number += 1
        boundary = '----=_NextPart_000_%04X_01C40502.%08X' % (self.number, 0x5EA1F00D + self.number)
        lines = []
        received = sender is not ME
        if received:
            lines += ['Received: from mail.%s by mx.garten-weber.example with ESMTP id %06d' % (
                      sender[1].split('@')[1], 400000 + self.number),
                      '\tfor <%s>; %s' % (ME[1], email.utils.formatdate(when))]
        lines += ['Message-ID: <%06x$%08x$0200a8c0@%s>' % (self.number, 0x1CE50000 + self.number, sender[1].split('@')[1]),
                  'From: ' + person(sender), 'To: ' + person(recipient), 'Subject: ' + encoded_word(subject),
                  'Date: ' + email.utils.formatdate(when - 90), 'MIME-Version: 1.0']
        if style == 'plain' and attachment is None:
            lines += ['Content-Type: text/plain;', '\tcharset="windows-1252"', 'Content-Transfer-Encoding: 8bit']
            content = body(text)
        else:
            kind = 'mixed' if attachment else 'alternative'
            lines += ['Content-Type: multipart/%s;' % kind, '\tboundary="%s"' % boundary]
            intro = b'This is a multi-part message in MIME format.\r\n\r\n'
            content = intro + (attachment_parts(text, boundary, *attachment) if attachment else html_parts(text, boundary))
        lines += ['X-Priority: 3', 'X-MSMail-Priority: Normal', 'X-Mailer: Microsoft Outlook Express 6.00.2800.1158',
                  'X-MimeOLE: Produced By Microsoft MimeOLE V6.00.2800.1165', '', '']
        flags |= HAS_BODY | (HAS_ATTACHMENT if attachment else 0)
        return Message('\r\n'.join(lines).encode() + content, flags, received=when if received else None,
                       saved=when + 120, sent=when - 90, subject=subject.encode('cp1252', 'replace'),
                       sender=sender[0].encode('cp1252', 'replace'), address=sender[1].encode())

    def threads(self, people, start, rounds):
        """Every person's thread, round after round; the newest two are unread."""
        messages = []
        for turn in range(rounds):
            for i in people:
                subject, texts = THREADS[i]
                if turn >= len(texts):
                    continue
                flags = READ | (ANSWERED if (turn + i) % 3 == 0 else 0) | (FLAGGED if (turn + i) % 5 == 0 else 0)
                when = start + turn * 3 * DAY + i * 5 * HOUR
                style = 'html' if i % 3 == 1 else 'plain'
                messages.append(self.message(PEOPLE[i], ME, ('Re: ' if turn else '') + subject, texts[turn], when, flags, style))
        for message in messages[-2:]:
            message.flags &= ~READ
        return messages


def plant_list():
    rows = ['Plant;Number;Bed;Height in cm']
    plants = ['Hosta sieboldiana', 'Astilbe arendsii', 'Dryopteris filix-mas', 'Geranium macrorrhizum', 'Meconopsis']
    rows += ['%s;%d;%s;%d' % (plants[i % 5], 5 + i * 7 % 40, 'ABCDEF'[i % 6], 20 + i * 13 % 90) for i in range(160)]
    return '\r\n'.join(rows).encode()


def newsletter(sample, number):
    text = 'Garden Notes %d\n\n' % number + '\n\n'.join(
        'Bed %d: %s' % (n + 1, THREADS[(number + n) % len(THREADS)][1][0].split('\n\n')[1]) for n in range(6))
    return sample.message(('Garden Notes', 'notes@garden-notes.example'), ME, 'Garden Notes, issue %d' % number, text,
                          START - 60 * DAY + number * 7 * DAY, READ, 'html')


def special_folders(sample, names):
    inbox = sample.threads(range(7), START, 3)
    inbox.append(sample.message(PEOPLE[0], ME, 'Pflanzliste', 'Anbei die Liste als Tabelle.\n\nJonas Lindqvist',
                                START + 8 * DAY, READ | FORWARDED, attachment=('pflanzliste.csv', plant_list())))
    twin = sample.message(PEOPLE[3], ME, 'Lieferschein', 'Die Steine sind heute abgeholt worden.\n\nPeter Brandt',
                          START + 9 * DAY)
    inbox += [twin, twin]
    gone = [sample.message(PEOPLE[6], ME, 'Old offer', 'This was deleted long ago.', START - 90 * DAY),
            sample.message(PEOPLE[6], ME, 'Older offer', 'So was this.', START - 95 * DAY)]
    sent = [sample.message(ME, PEOPLE[i], 'Re: ' + THREADS[i][0],
                           'Vielen Dank für Ihre Nachricht, ich melde mich am Montag.\n\nAnna Weber',
                           START + i * DAY + 7 * HOUR, 0) for i in range(7)]
    drafts = [sample.message(ME, PEOPLE[5], 'Limaces', 'Chère Claire,\n\nessayez le cuivre ...', START + 10 * DAY, UNSENT)]
    outbox = [sample.message(ME, PEOPLE[2], 'Termin', 'Liebe Familie Müller,\n\nam Freitag um 10 Uhr?', START + 11 * DAY,
                             UNSENT)]
    trash = [sample.message(PEOPLE[6], ME, 'Catalogue', 'Our new catalogue is out.', START - 3 * DAY + n * HOUR)
             for n in range(3)]
    return [Folder(names[0], inbox, special=dbxwriter.INBOX, deleted=gone, scatter=4),
            Folder(names[1], outbox, special=dbxwriter.OUTBOX),
            Folder(names[2], sent, special=dbxwriter.SENT, deleted=gone),
            Folder(names[3], trash, special=dbxwriter.DELETED),
            Folder(names[4], drafts, special=dbxwriter.DRAFTS)]


def sample_store(russian=False):
    sample = Sample()
    names = (['Входящие', 'Исходящие', 'Отправленные', 'Удаленные', 'Черновики', 'Проекты', 'Дом у озера', 'Счета']
             if russian else
             ['Inbox', 'Outbox', 'Sent Items', 'Deleted Items', 'Drafts', 'Projekte', 'Haus Müller', 'Rechnungen'])
    house = Folder(names[6], sample.threads([0, 2, 3], START + 20 * DAY, 3),
                   children=[Folder('Terrasse', sample.threads([2], START + 40 * DAY, 2))])
    school = Folder('Town hall & school', sample.threads([1, 6], START + 30 * DAY, 3))
    invoices = [sample.message(PEOPLE[3], ME, 'Rechnung %d/2004' % n, 'Betrag: %d,00 Euro, zahlbar in 14 Tagen.' % (n * 113),
                               START + n * 11 * DAY) for n in range(1, 7)]
    folders = special_folders(sample, names)
    folders += [Folder(names[5], children=[house, school], opened=False), Folder(names[7], invoices, deleted=invoices[:1]),
                Folder('Garden Notes', [newsletter(sample, n) for n in range(1, 9)], on_disk='garden notes.dbx')]
    return Store(folders, codepage='cp1251' if russian else 'cp1252')
