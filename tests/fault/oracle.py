"""After all: is each message there as often as it must be, as it was, and nothing else?

SPDX-License-Identifier: GPL-3.0-or-later
"""
from collections import Counter

STAGING = 'Mailhaul-upload'


def is_staging(name):
    return STAGING in name


def octets(messages):
    found = Counter()
    for (digest, _, _), n in messages.items():
        found[digest] += n
    return found


def compare(got, wanted, dates=True):
    """{lost, duplicated, altered, left: how many} and what it is about, in words. A mailbox more that is empty is none of ours.
    Without DATES, dates and flags are not looked at: some servers change them."""
    counts, words = Counter(lost=0, duplicated=0, altered=0, left=0), []
    for name in sorted(set(got) | set(wanted)):
        there, due = got.get(name, Counter()), wanted.get(name, Counter())
        if is_staging(name):
            counts['left'] += 1
            words.append(f'left over: {name} with {sum(there.values())} messages')
            continue
        if name not in got and name in wanted:
            words.append(f'no mailbox {name}')
        more, less = octets(there) - octets(due), octets(due) - octets(there)
        known = set(octets(due))
        for digest, n in more.items():
            counts['duplicated' if digest in known else 'altered'] += n
            words.append(f'{name}: {n} too many of {digest[:12]}' + ('' if digest in known else ', which nobody sent'))
        for digest, n in less.items():
            counts['lost'] += n
            words.append(f'{name}: {n} missing of {digest[:12]}')
        if dates and not more and not less and there != due:
            wrong = sum((due - there).values())
            counts['altered'] += wrong
            words.append(f'{name}: {wrong} with another date or flags: {list((there - due))[:2]} for {list((due - there))[:2]}')
    return dict(counts), words


def is_good(counts):
    return not any(counts.values())


def sees():
    """It can say no."""
    one, two = ('aa', 1, frozenset()), ('bb', 2, frozenset({'\\Seen'}))
    due = {'INBOX': Counter([one, one, two])}
    cases = {'lost': {'INBOX': Counter([one, two])}, 'duplicated': {'INBOX': Counter([one, one, two, two])},
             'altered': {'INBOX': Counter([one, one, ('bb', 3, two[2])])}, 'left': {**due, f'{STAGING}-1': Counter()}}
    return is_good(compare(due, due)[0]) and all({**dict.fromkeys(cases, 0), name: 1} == compare(got, due)[0] for name, got in cases.items())
