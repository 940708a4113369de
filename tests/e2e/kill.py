#!/usr/bin/python3
"""kill -9 at any moment, and run again: each message once, twins as often as there.

SPDX-License-Identifier: GPL-3.0-or-later

HAUL_TEST_SEED repeats a run's moments (not the machine's pace); HAUL_TEST_KILLS is how many kills there are.
"""
import random

from e2e import *
from oestore import Made, letters

KILLS = int(os.environ.get('HAUL_TEST_KILLS', 25))
SEED = int(os.environ.get('HAUL_TEST_SEED', int.from_bytes(os.urandom(3), 'big')))
RUNS_MAX = 6
QUIET = 1.5  # seconds in which Dovecot ends what it was doing for a client that is gone

tap = Tap()
dice = random.Random(SEED)
print(f'# HAUL_TEST_SEED={SEED} HAUL_TEST_KILLS={KILLS}')


def processes_of(session):
    """Who is left of a killed program: its reader processes end when nobody listens."""
    found = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(')')[2].split()
            if int(fields[3]) == session and fields[0] != 'Z':
                found.append(stat.parent.name)
    return found


def wait_for_none(session, seconds=10):
    end = time.monotonic() + seconds
    while processes_of(session) and time.monotonic() < end:
        time.sleep(0.05)
    return processes_of(session)


class Round:
    """One mailbox from nothing to everything, with kills on the way."""

    def __init__(self, source, place, seconds, kills, loses_journal):
        self.source, self.state, self.seconds, self.kills = source, place / 'state', seconds, kills
        self.loses_journal = loses_journal
        self.story, self.sessions, self.done = [], [], 0

    def kill_once(self, is_last):
        moment = dice.uniform(0.02, 1) * self.seconds
        whole_group, at_once = dice.random() < 0.5, dice.random() < 0.5
        pause = dice.uniform(0.1, 1)
        run = Started('copy', *account(USER), self.source, password=PASSWORDS[USER], state=self.state)
        time.sleep(moment)
        is_over = run.process.poll() is not None
        run.kill(whole_group)
        ended = run.wait()
        self.sessions.append(run.process.pid)
        self.done += not is_over
        self.story.append(f"{moment:.2f} s {'with' if whole_group else 'without'} its readers"
                          + (' (over by then)' if is_over else '') + (', again at once' if at_once else ''))
        if is_last and self.loses_journal:
            # Nobody knows any more what was under way, so it must be over before it is looked at.
            time.sleep(QUIET)
            shutil.rmtree(self.state, ignore_errors=True)
            self.story.append('journal gone')
        elif not at_once:
            time.sleep(pause)
        return ended

    def finish(self):
        """Runs again until it is done; the runs."""
        runs = []
        while not runs or (runs[-1].code != 0 and len(runs) < RUNS_MAX):
            runs.append(copy(self.source, self.state))
        return runs

    def play(self):
        for i in range(self.kills):
            self.kill_once(i == self.kills - 1)
        return self.finish()


def check_left_over(round, box, run):
    """Nothing; but without the journal a staging mailbox may be somebody else's: it is left alone, and named."""
    left = left_behind(box)
    notes = ' '.join(f.get('note', '') for f in run.json['folders'])
    if round.loses_journal:
        return [f'{name} is not mentioned' for name in left if name not in notes]
    return [f'{name} is left' for name in left]


def check(number, round, runs, wanted, before):
    what = f'round {number}: ' + '; '.join(round.story)
    with Mailbox(USER) as box:
        got = {name: messages for name, messages in box.contents().items() if not name.startswith(STAGING)}
        wrong = [difference(got, wanted)] if got != wanted else []
        if runs[-1].code == 0:
            wrong += complaints(runs[-1].json) + check_left_over(round, box, runs[-1])
    wrong += [f'run again {len(runs)} times: {[run.code for run in runs]}'] if runs[-1].code != 0 else []
    wrong += [f'processes are left: {p}' for s in round.sessions if (p := wait_for_none(s))]
    wrong += ['the source was changed'] if manifest(round.source) != before else []
    wrong += secrets_in(round.state)
    wrong += [f'a sanitizer spoke: {run.err}' for run in runs if 'Sanitizer' in run.err or 'runtime error' in run.err]
    tap.check(not wrong, what, '\n'.join(wrong) + f'\n{runs[-1]}')


def measure(source, place):
    """How long a copy takes that nobody disturbs."""
    with Mailbox(USER) as box:
        box.clear()
    began = time.monotonic()
    run = copy(source, place / 'undisturbed')
    tap.equal(run.code, 0, 'a copy that nobody disturbs', run)
    return time.monotonic() - began


with folder('kill') as place:
    made = Made({'Inbox': letters('Inbox', 120), 'Projekte': letters('Projekte', 60),
                 'Projekte/Haus Müller': letters('Haus', 80), 'Rechnungen': letters('Rechnungen', 40, size=3000)})
    source = place / 'Outlook Express'
    made.write(source)
    before, wanted = manifest(source), made.expected()
    seconds = measure(source, place)
    print(f'# {made.total()} messages, {seconds:.1f} s undisturbed')
    done, number, began = 0, 0, time.monotonic()
    while done < KILLS:
        number += 1
        with folder('round') as state, Mailbox(USER) as box:
            box.clear()
            one = Round(source, state, seconds, dice.choice((1, 2, 3, 3, 4)), number % 5 == 0)
            check(number, one, one.play(), wanted, before)
            done += one.done
    print(f'# {done} kills in {number} rounds, {time.monotonic() - began:.0f} s')
tap.done()
