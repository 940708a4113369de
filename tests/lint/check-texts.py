"""Texts: files that are named exist, strings for people are in POTFILES, scripts are valid.  SPDX-License-Identifier: GPL-3.0-or-later"""
import json
import re
import shutil
import subprocess

from lint import TOP, Tap, name, sources

FOLDERS = '|'.join(p.name for p in TOP.iterdir() if p.is_dir() and not p.name.startswith('.') and not p.name.startswith('build'))


def named_files():
    """A path in a text that begins with a folder of ours must be there."""
    for text in sorted(TOP.rglob('*.md')):
        if any(part.startswith('build') for part in text.relative_to(TOP).parts):
            continue
        for path in re.findall(rf'`((?:{FOLDERS})/[\w./*-]+)`', text.read_text()):
            if 'NAME' not in path and not list(TOP.glob(path.rstrip('/'))):
                yield f'{name(text)}: there is no {path}'


def links():
    for text in (TOP / 'README.md', TOP / 'HACKING.md', TOP / 'NEWS.md'):
        for target in re.findall(r'\]\(([^)#]+)', text.read_text()):
            if '://' not in target and not (TOP / target).exists():
                yield f'{name(text)}: there is no {target}'


def potfiles():
    listed = {line for line in (TOP / 'po/POTFILES').read_text().split('\n') if line and not line.startswith('#')}
    used = {name(p) for p in sources('.c', under=('src',)) if re.search(r'(?<!\w)(_|N_|C_|ngettext|g_dngettext)\s*\(', p.read_text())}
    used |= {name(p) for p in (TOP / 'ui').glob('*.ui') if 'translatable="yes"' in p.read_text()}
    used |= {name(p) for p in (TOP / 'data').glob('*.in')} & listed
    for path in sorted(used - listed):
        yield f'po/POTFILES lacks {path}'
    for path in sorted(listed - used):
        yield f'po/POTFILES names {path}, which has no text for people or is not there'


def cited_pages():
    """A page that a comment cites is one of ours."""
    for path in sources('.c', '.h', '.py'):
        for page in re.findall(r'[\w/.-]*\b[a-z][\w-]*\.md\b', path.read_text()):
            if path.name != 'check-texts.py' and not (TOP / page).exists():
                yield f'{name(path)}: cites {page}, which is not there'


def machine_paths():
    """Nothing of the machine it was made on."""
    pattern = re.compile(r'(?<![\w.])/(?:work|root|home/\w+)/')
    for path in sorted(TOP.rglob('*')):
        parts = path.relative_to(TOP).parts
        if not path.is_file() or parts[0] == '.git' or parts[0].startswith('build') or path.name == 'check-texts.py' \
                or path.suffix not in ('.c', '.h', '.py', '.md', '.build', '.ui', '.json', '.in', '.txt', ''):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for match in pattern.findall(text):
            if not match.startswith('/home/') and parts[0] != 'tests':
                yield f'{name(path)}: names {match}'


def shell_scripts():
    for path in [TOP / 'dev', TOP / '.ci/run'] + sorted((TOP / 'tests/support').iterdir()):
        if path.is_file() and path.open('rb').read(12).startswith(b'#!/bin/bash'):
            run = subprocess.run(['bash', '-n', path], capture_output=True, text=True)
            if run.returncode:
                yield run.stderr.strip()


def manifests():
    for path in sorted((TOP / 'flatpak').glob('*.json')):
        manifest = json.loads(path.read_text())
        for arg in manifest['finish-args']:
            if arg.startswith('--filesystem=') and not arg.endswith(':ro'):
                yield f'{name(path)}: {arg}: stores are opened read-only'
            if arg in ('--filesystem=home:ro', '--filesystem=host:ro', '--socket=session-bus', '--device=all'):
                yield f'{name(path)}: {arg} is more than the program needs'


def desktop_files(tap):
    for tool, pattern, args in (('desktop-file-validate', 'data/*.desktop.in', []),
                                ('appstreamcli', 'data/*.metainfo.xml.in', ['validate', '--no-net'])):
        what = f'{tool} accepts {pattern}'
        if not shutil.which(tool):
            tap.skip(what, f'{tool} is not installed')
            continue
        bad = []
        for path in TOP.glob(pattern):
            copy = TOP / 'tests' / 'lint' / path.name  # only its name is used
            import tempfile
            with tempfile.TemporaryDirectory() as folder:
                target = f'{folder}/{copy.name[:-3]}'
                open(target, 'w').write(path.read_text())
                run = subprocess.run([tool, *args, target], capture_output=True, text=True)
                if run.returncode:
                    bad += (run.stdout + run.stderr).strip().split('\n')
        tap.check(what, bad)


def main():
    tap = Tap()
    tap.check('files that texts name are there', list(named_files()) + list(links()))
    tap.check('po/POTFILES lists the files with texts for people', list(potfiles()))
    tap.check('pages that comments cite are there', list(cited_pages()))
    tap.check('no path of the machine it was made on', list(machine_paths()))
    tap.check('shell scripts parse', list(shell_scripts()))
    tap.check('the Flatpak manifest opens nothing for writing', list(manifests()))
    desktop_files(tap)
    tap.done()


main()
