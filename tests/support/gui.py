"""Drive a GTK 3 program over AT-SPI.  Needs the distribution's Python: run it with /usr/bin/python3."""
import os, subprocess, time
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
        time.sleep(0.05)

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
