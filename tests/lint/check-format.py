"""The C files are formatted by .clang-format.  SPDX-License-Identifier: GPL-3.0-or-later"""
import re
import shutil
import subprocess

from lint import TOP, Tap, name, sources

VERSION = 14  # the one whose layout is committed; others differ in details


def main():
    tap = Tap()
    what = 'every C file is formatted'
    program = shutil.which(f'clang-format-{VERSION}') or shutil.which('clang-format')
    version = program and re.search(r'version (\d+)', subprocess.run([program, '--version'], capture_output=True, text=True).stdout)
    if not version or int(version.group(1)) != VERSION:
        tap.skip(what, f'needs clang-format {VERSION}')
    else:
        bad = []
        for path in sources('.c', '.h'):
            run = subprocess.run([program, '--dry-run', '-Werror', path], cwd=TOP, capture_output=True, text=True)
            if run.returncode:
                bad.append(f'{name(path)}: run clang-format -i on it')
        tap.check(what, bad)
    tap.done()


main()
