"""House rules for C files: head, names, lengths, banned calls.  SPDX-License-Identifier: GPL-3.0-or-later

An exception is written beside the code with its reason: /* nocheck:lines - a grammar table */
"""
import re

from lint import Tap, code, functions, name, sources

FILE_LINES, HEADER_LINES, FUNCTION_LINES, NESTING, PARAMETERS = 700, 200, 80, 5, 8
BANNED = {
    'g_task_run_in_thread': 'long work runs on a thread of our own',
    'strtok': 'not thread-safe', 'sprintf': 'use g_strdup_printf', 'alloca': 'the stack is not for input', 'gets': 'never',
    'strcpy': 'use g_strlcpy or g_strdup', 'strcat': 'use GString', 'system': 'no shell', 'popen': 'no shell',
    'gtk_dialog_run': 'no nested main loops', 'mktemp': 'use g_mkstemp',
}
PLAIN = ('_ref', '_unref', '_free', '_clear', '_copy')  # what these do, their names say
TO_DO = re.compile(r'\b(TODO|FIXME|XXX)\b')


def first_lines():
    for path in sources('.c', '.h'):
        lines = path.read_text().split('\n')
        if not lines[0].startswith(f'/* {path.name} - '):
            yield f'{name(path)}:1: begins with /* {path.name} - what it is'
        if not any('SPDX-License-Identifier: GPL-3.0-or-later' in line for line in lines[:6]):
            yield f'{name(path)}: says no licence in its first lines'


def excused(path, word):
    return f'nocheck:{word}' in path.read_text()


def lengths():
    for path in sources('.c', '.h'):
        n = path.read_text().count('\n')
        most = HEADER_LINES if path.suffix == '.h' else FILE_LINES
        if n > most and not excused(path, 'lines'):
            yield f'{name(path)}: {n} lines, at most {most}'
    for path in sources('.c'):
        most = 120 if path.parts[-2] != 'src' and 'tests' in path.parts else FUNCTION_LINES
        for f in functions(path):
            where = f'{name(path)}:{f.line}: {f.name}'
            if f.lines > most and not excused(path, 'function'):
                yield f'{where} has {f.lines} lines, at most {most}'
            if f.depth() > NESTING:
                yield f'{where} is nested {f.depth()} deep, at most {NESTING}'
            if len(f.parameters) > PARAMETERS:
                yield f'{where} has {len(f.parameters)} parameters, at most {PARAMETERS}'


def type_prefixes(header):
    """A header's types give prefixes too: HaulCounts in haul-progress.h makes haul_counts_ a name of that file."""
    if not header.exists():
        return set()
    types = re.findall(r'\b(Haul[A-Z]\w+)', code(header.read_text()))
    return {re.sub(r'(?<!^)(?=[A-Z])', '_', t).lower() + '_' for t in types}


def prefixes():
    for path in sources('.c', under=('src',)):
        if path.stem == 'main':
            continue
        own = path.stem.replace('-', '_') + '_'
        allowed = {own} | type_prefixes(path.with_suffix('.h'))
        for f in functions(path):
            if f.static and f.name.startswith('haul_') and not f.name.startswith(tuple(allowed)):
                yield f'{name(path)}:{f.line}: {f.name} is static and needs no prefix'
            if not f.static and not f.name.startswith(tuple(allowed)):
                yield f'{name(path)}:{f.line}: {f.name} does not begin with {own}'


def calls():
    for path in sources('.c', '.h'):
        for i, line in enumerate(code(path.read_text()).split('\n'), 1):
            for word, why in BANNED.items():
                if re.search(rf'(?<![\w.>]){word}\s*\(', line):
                    yield f'{name(path)}:{i}: {word}: {why}'
            if re.search(r'(?<!\w)goto\s', line):
                yield f'{name(path)}:{i}: goto'
            if re.search(r'(?<!\w)g_print(err)?\s*\(', line) and path.parent.name not in ('cli', 'wizard', 'reader') \
                    and 'tests' not in path.parts:
                yield f'{name(path)}:{i}: printing is for the fronts'
    for path in sources('.c', '.h', '.py'):
        if path.name == 'check-style.py':
            continue
        for i, line in enumerate(path.read_text().split('\n'), 1):
            if TO_DO.search(line):
                yield f'{name(path)}:{i}: an open mark; open an issue instead'


def documented():
    """Each function in a header of ours has its contract at the definition, trivial ones aside."""
    for path in sources('.c', under=('src',)):
        header = path.with_suffix('.h')
        if not header.exists():
            continue
        declared = set(re.findall(r'\b(haul_\w+)\s*\(', header.read_text()))
        text = path.read_text()
        for f in functions(path):
            if f.static or f.name not in declared or f.lines <= 8 or f.name.endswith(PLAIN):
                continue
            if not re.search(rf'^ \* {f.name}:', text, re.M):
                yield f'{name(path)}:{f.line}: {f.name} has no documentation comment'


def main():
    tap = Tap()
    tap.check('every file says in its first line what it is', list(first_lines()))
    tap.check('files and functions keep to their size', list(lengths()))
    tap.check('public functions begin with their file’s name', list(prefixes()))
    tap.check('no banned calls, no open marks', list(calls()))
    tap.check('public functions are documented at the definition', list(documented()))
    tap.done()


main()
