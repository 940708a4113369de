"""A private server starts again whoever killed it, though its parent has not noticed.  SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot restart.py
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from servers import attach, is_open  # noqa: E402

tap = Tap()
# Its parent is from now on another process of ours, which waits for nobody.
parent = subprocess.Popen([sys.executable, '-c', 'import sys, time; sys.path.insert(0, sys.argv[1]); from servers import attach; '
                           'attach().restart(); print("started", flush=True); time.sleep(600)', str(Path(__file__).resolve().parents[1] / 'support')],
                          stdout=subprocess.PIPE, text=True)
try:
    tap.equal(parent.stdout.readline(), 'started\n', 'another process starts it')
    try:
        attach().restart()
        tap.check(is_open(attach().port), 'it starts again')
    except RuntimeError as error:
        tap.check(False, 'it starts again', error)
finally:
    parent.kill()
    parent.wait()
tap.done()
