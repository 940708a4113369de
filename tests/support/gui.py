"""Drive a GTK 3 program over AT-SPI.  Needs the distribution's Python: run it with /usr/bin/python3."""
import os, subprocess, tempfile, time
import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib

Atspi.init()
OUT = os.environ.get('SHOTS', '.')

def until(what, f, seconds=10):
    end = time.monotonic() + seconds
    while True:
        try:
            r = f()
            if r is not None and r is not False:
                return r
        except GLib.Error:            # the widget went away while it was being looked at
            pass
        if time.monotonic() > end:
            raise AssertionError('timed out: ' + what)
        time.sleep(0.1)

def children(a):
    return [c for c in (a.get_child_at_index(i) for i in range(a.get_child_count())) if c]

def walk(a, depth=0):
    yield a, depth
    for c in children(a):
        yield from walk(c, depth + 1)

def has(a, state):
    return a.get_state_set().contains(getattr(Atspi.StateType, state.upper()))

def app(name, seconds=15):
    """NAME is the program's prgname: the name of the executable unless it sets another."""
    return until('program ' + name, lambda: next(
        (c for c in children(Atspi.get_desktop(0)) if c.get_name() == name), None), seconds)

def find(root, role=None, name=None, seconds=10, test=None):
    def look():
        for a, _ in walk(root):
            if ((role is None or a.get_role_name() == role) and (name is None or a.get_name() == name)
                    and has(a, 'showing') and (test is None or test(a))):
                return a
    return until(f'{role} {name!r}', look, seconds)

def labelled(root, text):
    """The field named by the label TEXT (mnemonic underline left out)."""
    for r in find(root, 'label', text).get_relation_set():
        if r.get_relation_type() == Atspi.RelationType.LABEL_FOR:
            return r.get_target(0)
    raise AssertionError(f'the label {text!r} names no field: set its mnemonic widget')

def press(a):
    until(f'{a.get_name()!r} is enabled', lambda: has(a, 'sensitive'))
    assert Atspi.Action.do_action(a, 0)

def fill(a, text):
    assert Atspi.EditableText.set_text_contents(a, text)

def text(a):
    return Atspi.Text.get_text(a, 0, -1)

def dump(root):
    for a, d in walk(root):
        rel = [r.get_relation_type().value_nick for r in a.get_relation_set()]
        print('  ' * d + a.get_role_name(), repr(a.get_name()), '' if has(a, 'showing') else '(hidden)', *rel)

def shot(name):
    time.sleep(0.2)                   # what was asked for over the bus is drawn a frame later
    subprocess.run(['import', '-window', 'root', os.path.join(OUT, name + '.png')], check=True)

APP_ID = 'io.github.mailhaul.Mailhaul'
PROGRAM = os.path.join(os.environ.get('HAUL_BUILD_DIR', 'build'), 'src/wizard/mailhaul')

class Program:
    """The window under test. End it with quit(): its quit action, so that the leak check runs."""

    def __init__(self, *args, env=None, **more):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PROGRAM, *map(str, args)], stderr=self.errors, env={**os.environ, **(env or {})}, **more)
        try:
            self.app = until('the program on the bus', self.look, 30)
            self.window = find(self.app, 'frame', seconds=30)
        except AssertionError:
            self.process.kill()
            raise AssertionError('the window did not open:\n' + self.said())

    def look(self):
        if self.process.poll() is not None:
            raise AssertionError(f'it ended with {self.process.returncode}')
        return next((c for c in children(Atspi.get_desktop(0)) if c.get_name() == 'mailhaul'), None)

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode('utf-8', 'replace')

    def page(self, title, seconds=30):
        """Waits for a page; its title is the window's."""
        def look():
            if self.process.poll() is not None:
                raise RuntimeError(f'the program ended with {self.process.returncode}:\n{self.said()}')
            return self.window.get_name() == title or None
        try:
            until(f'page {title!r}', look, seconds)
        except AssertionError as error:
            dump(self.window)
            raise AssertionError(f'{error}; it shows {self.window.get_name()!r}\n{self.said()}')

    def press(self, name, seconds=20):
        press(find(self.window, 'push button', name, seconds))

    def next(self, name='Next', seconds=30):
        """Presses Next as soon as the page is complete."""
        button = find(self.window, 'push button', name, seconds)
        until(f'{name!r} is enabled', lambda: has(button, 'sensitive') or None, seconds)
        press(button)

    def labels(self):
        return [a.get_name() for a, _ in walk(self.window) if a.get_role_name() == 'label' and has(a, 'showing')]

    def label(self, part, seconds=20):
        """The text of the first label that contains PART."""
        return find(self.window, 'label', seconds=seconds, test=lambda a: part in a.get_name()).get_name()

    def sign_in(self, user, password, server, keyring=False):
        self.page('Where should your mail go?')
        fill(labelled(self.window, 'User name'), user)
        fill(labelled(self.window, 'Mail server'), server)
        fill(labelled(self.window, 'Password'), password)
        box = find(self.window, 'check box', 'Save in the keyring')
        if keyring != has(box, 'checked'):
            press(box)
        self.next()

    def quit(self, seconds=60):
        """(exit code, standard error)"""
        if self.process.poll() is None:
            subprocess.run(['gapplication', 'action', APP_ID, 'quit'], stderr=subprocess.DEVNULL)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = 'did not end'
        return code, self.said()
