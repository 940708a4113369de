"""What the checks share: the tree's files, and TAP.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import re
import sys
from pathlib import Path

TOP = Path(os.environ.get('HAUL_SOURCE_DIR', Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get('HAUL_BUILD_DIR', TOP / 'build'))


def sources(*suffixes, under=('src', 'tests')):
    for folder in under:
        for path in sorted((TOP / folder).rglob('*')):
            if path.suffix in suffixes and path.is_file():
                yield path


def name(path):
    return str(path.relative_to(TOP))


class Tap:
    """One numbered result a check; its findings as comments below it."""

    def __init__(self):
        self.n = 0
        self.bad = 0

    def check(self, what, findings):
        self.n += 1
        print(f"{'not ok' if findings else 'ok'} {self.n} - {what}")
        for finding in findings:
            print('# ' + finding)
        self.bad += bool(findings)

    def skip(self, what, why):
        self.n += 1
        print(f'ok {self.n} - {what} # SKIP {why}')

    def done(self):
        print(f'1..{self.n}')
        sys.exit(1 if self.bad else 0)


COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'')


def blank(match):
    """The same number of lines, nothing else."""
    return re.sub(r'[^\n]', ' ', match.group(0))


def code(text):
    """A C file without comments and with empty strings, its lines where they were."""
    return TEXT.sub(lambda m: '""' + ' ' * (len(m.group(0)) - 2), COMMENT.sub(blank, text))


class Function:
    def __init__(self, path, head, line, body):
        self.path, self.line, self.body = path, line, body
        self.static = bool(re.match(r'\s*(G_GNUC_\w+\s+)*static\b', head))
        match = re.search(r'(\w+)\s*\((.*)\)\s*$', head, re.S)
        self.name = match.group(1) if match else ''
        self.parameters = split_parameters(match.group(2)) if match else []
        self.lines = body.count('\n') + 1

    def depth(self):
        deepest = depth = 0
        for c in self.body:
            depth += (c == '{') - (c == '}')
            deepest = max(deepest, depth)
        return deepest - 1


def split_parameters(text):
    depth, parts = 0, ['']
    for c in text:
        depth += (c in '([') - (c in ')]')
        if c == ',' and depth == 0:
            parts.append('')
        else:
            parts[-1] += c
    return [p for p in (p.strip() for p in parts) if p and p != 'void']


def functions(path):
    """The definitions of a file in our format: a head from column 0, its brace at column 0."""
    lines = code(path.read_text()).split('\n')
    i = 0
    while i < len(lines):
        if lines[i] != '{':
            i += 1
            continue
        start = i
        while start > 0 and lines[start - 1].strip() and not lines[start - 1].startswith('#') \
                and not lines[start - 1].rstrip().endswith((';', '}')):
            start -= 1
        end = i
        while end < len(lines) and not lines[end].startswith('}'):
            end += 1
        head = '\n'.join(lines[start:i])
        if re.search(r'\)\s*$', head) and not head.lstrip().startswith(('struct', 'enum', 'typedef', 'union')) \
                and '=' not in head.split('(')[0]:
            yield Function(path, head, start + 1, '\n'.join(lines[i:end + 1]))
        i = end + 1
