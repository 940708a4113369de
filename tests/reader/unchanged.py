"""Reading changes nothing: real stores before and after, what the reader process tried, and that the sandbox hides nothing.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import BUILD, SOURCE, Tap, folder  # noqa: E402

READ_ALL = BUILD / 'tests/reader/read-all'
DUMP = BUILD / 'tests/store/store-dump'
CORPUS = Path(os.environ.get('HAUL_CORPUS', SOURCE.parent / 'shared/corpus'))
STORES = ['dbx', 'mbox', 'maildir/mu', 'dovecot/maildirpp', 'messages/mime4j', 'thunderbird/dot-thunderbird', 'uw-imap', 
          'dbx/kde-oe/oe/test4.dbx']
CHANGING = re.compile(r'(creat|unlink\w*|rename\w*|link\w*|symlink\w*|mkdir\w*|rmdir|mknod\w*|f?chmod\w*|[fl]?chown\w*|f?truncate\w*'
                      r'|fallocate|utime\w*|futime\w*|[fl]?setxattr|[fl]?removexattr|flock|connect|execve)\(')
OPENING = re.compile(r'(open|openat|openat2)\(.*?(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE)')


def octets(path):
    with open(os.open(path, os.O_RDONLY | os.O_NOATIME | os.O_NOFOLLOW), 'rb') as file:
        return file.read()


def manifest(top):
    """Everything that could change; the access time is the last column."""
    found = {}
    for path in sorted([top, *top.rglob('*')]):
        s = path.lstat()
        is_file = stat.S_ISREG(s.st_mode)
        digest = hashlib.sha256(octets(path)).hexdigest() if is_file else os.readlink(path) if path.is_symlink() else ''
        found[str(path)] = (stat.S_IFMT(s.st_mode), s.st_mode, s.st_uid, s.st_gid, s.st_size, digest, s.st_mtime_ns,
                            s.st_ctime_ns, s.st_ino, s.st_nlink, tuple(os.listxattr(path, follow_symlinks=False)),
                            s.st_atime_ns if is_file else 0)
    return found


def age_access_times(top):
    """To a time from which the system would bring them forward at any ordinary reading."""
    for path in [top, *top.rglob('*')]:
        os.utime(path, ns=(1, path.lstat().st_mtime_ns), follow_symlinks=False)


def read_all(*command, **more):
    """Stores by path: the lines of their messages."""
    run = subprocess.run([*command], capture_output=True, timeout=240, text=True, **more)
    stores, messages = {}, None
    for line in run.stdout.splitlines():
        kind, *fields = line.split('\t')
        if kind == 'store':
            messages = stores[fields[2]] = {'format': fields[1], 'error': fields[3], 'messages': []}
        elif kind == 'message':
            messages['messages'].append((fields[0], fields[1], int(fields[2]) if fields[3] else 0, fields[3], int(fields[5])))
    return run, stores


def dump(path):
    """The same without process and sandbox; None where store-dump takes the path for another store."""
    run = subprocess.run([DUMP, path], capture_output=True, timeout=240, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    formats = [line['store']['format'] for line in lines if 'store' in line]
    messages = [line['message'] for line in lines if 'message' in line]
    return formats, [(m['folder'], m['key'], m.get('size', 0), m.get('sha256', ''), m['received']) for m in messages]


def try_store(tap, name):
    if not (CORPUS / name).exists():
        tap.skip(f'{name} is read and unchanged', 'the sample files are not here')
        return
    with folder('haul-unchanged') as top:
        root = top / Path(name).name
        if (CORPUS / name).is_dir():
            shutil.copytree(CORPUS / name, root, symlinks=True)
        else:
            shutil.copy2(CORPUS / name, root)
        subprocess.run(['chmod', '-R', 'u+rwX', root], check=True)
        age_access_times(root)
        before = manifest(root)
        run, stores = read_all(READ_ALL, root)
        messages = sum(len(s['messages']) for s in stores.values())
        tap.check(run.returncode == 0 and messages > 0 and not any(s['error'] for s in stores.values()),
                  f'{name} is found and read: {messages} messages', run.stdout[-2000:] + run.stderr)
        after = manifest(root)
        tap.check(before == after, f'{name} is unchanged, access times too',
                  [(k, before.get(k), after[k]) for k in after if before.get(k) != after[k]])
        compare(tap, name, stores)
        trace(tap, name, top, root)


def compare(tap, name, stores):
    unlike, compared = [], 0
    for path, store in stores.items():
        formats, plain = dump(path)
        if formats != [store['format']]:
            continue
        compared += 1
        if plain != store['messages']:
            unlike.append((path, plain[:3], store['messages'][:3]))
    tap.check(compared and not unlike, f'{name} reads as without a sandbox: {compared} of {len(stores)} stores compared', unlike)


def trace(tap, name, top, root):
    what = f'{name}: nothing but reading is tried'
    if shutil.which('strace') is None:
        tap.skip(what, 'strace is not installed')
        return
    out = top / 'trace'
    env = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
    run, stores = read_all('strace', '-f', '-qq', '-y', '-e', 'trace=all', '-e', 'signal=none', '-o', str(out), str(READ_ALL),
                           str(root), env=env)
    if 'Operation not permitted' in run.stderr and not stores:
        tap.skip(what, 'strace may not trace here')
        return
    bad, readers = judge(out.read_text(errors='replace').splitlines(), str(root))
    tap.check(run.returncode == 0 and not bad and readers > 0, f'{what}, by {readers} reader processes',
              '\n'.join(bad[:20]) + run.stderr)


def judge(lines, root):
    """Calls that change something: under the root by anyone, anywhere by a process once it has locked itself in."""
    locked, bad = set(), []
    for line in lines:
        pid, call = line.split(None, 1)
        if 'SECCOMP_SET_MODE_FILTER, 0, {' in call:
            locked.add(pid)
        elif (CHANGING.match(call) or OPENING.match(call)) and (pid in locked or root in call.replace('execve(', '')):
            bad.append(line)
    return [line for line in bad if 'execve(' not in line or line.split(None, 1)[0] in locked], len(locked)


def by_hand(tap):
    reader = os.environ['HAUL_READER']
    run = subprocess.run([reader], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    tap.check(run.returncode == 64 and run.stdout == '' and run.stderr.count('\n') == 1 and 'started by mailhaul' in run.stderr,
              'run by hand it says what it is and exits with 64', (run.returncode, run.stderr))


def main():
    tap = Tap()
    by_hand(tap)
    seen = judge(['1 openat(AT_FDCWD, "/r/x", O_RDWR) = 3', '2 seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=1}) = 0',
                  '2 unlink("/tmp/x") = 0', '2 execve("/bin/sh") = 0', '3 unlink("/tmp/x") = 0'], '/r')
    tap.check(len(seen[0]) == 3, 'what changes something would be seen', seen)
    for name in STORES:
        try_store(tap, name)
    tap.done()


main()
