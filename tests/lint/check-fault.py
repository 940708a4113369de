"""The program that people use has nothing in it of the fault points.  SPDX-License-Identifier: GPL-3.0-or-later

Every file that names one is compiled as the build does it, but without them, and looked through; and with them, so that it is
known that this looks for the right words.
"""
import json
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from lint import BUILD, Tap, name, sources

DEFINE = '-DHAUL_FAULT_INJECTION'
TRACES = re.compile(rb'HAUL_FAULT|haul_fault|F[0-3][0-9]\0|last-octet')


def compile_commands():
    return {Path(BUILD, entry['directory'], entry['file']).resolve(): entry
            for entry in json.loads((BUILD / 'compile_commands.json').read_text())}


def objects(files, extra):
    """{file: its object}, compiled without debugging words, which hold names of macros and types."""
    commands, found = compile_commands(), {}
    with tempfile.TemporaryDirectory() as place:
        running = []
        for i, path in enumerate(files):
            words = [w for w in shlex.split(commands[path]['command']) if w not in (DEFINE, '-g', '-MD', '-c') and not w.startswith('-fsanitize')]
            cut = words.index('-o')
            words = [w for w in words[:cut] + words[cut + 2:] if not w.endswith(('.c', '.o.d', '.o')) and w not in ('-MQ', '-MF')]
            target = Path(place, f'{i}.o')
            running.append((path, target, subprocess.Popen([*words, *extra, '-g0', '-c', path, '-o', target], cwd=BUILD,
                                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)))
            if len(running) % 2 == 0:
                running[-2][2].wait()
        for path, target, process in running:
            error = process.communicate()[1]
            found[path] = target.read_bytes() if target.exists() else b'HAUL_FAULT: does not compile: ' + error
    return found


def main():
    tap = Tap()
    files = [p.resolve() for p in sources('.c', under=('src',)) if re.search(r'haul-fault|HAUL_FAULT|haul_fault', p.read_text())]
    with_points = objects(files, [DEFINE])
    without = objects(files, [])
    tap.check('with fault points each of these files shows them',
              [name(path) for path, octets in with_points.items() if not TRACES.search(octets)])
    tap.check('without, none shows a trace', [f'{name(path)}: {TRACES.findall(octets)[:3]}' for path, octets in without.items()
                                              if TRACES.search(octets)])
    tap.done()


main()
