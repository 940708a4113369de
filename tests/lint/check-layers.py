"""The layers of HACKING.md hold: who may include whom, and who is linked with what.  SPDX-License-Identifier: GPL-3.0-or-later"""
import re
import subprocess

from lint import BUILD, Tap, name, sources

# What a folder may include of ours; a set of file names where only the interfaces are open to it.
STORE = {'haul-discovery.h', 'haul-store.h', 'haul-folder.h', 'haul-reader.h', 'haul-message.h', 'haul-store-error.h'}
ALLOWED = {
    'base': {},
    'sasl': {'base': None},
    'imap': {'base': None, 'sasl': None},
    'oldtls': {'base': None, 'imap': None},
    'store': {'base': None},
    'reader': {'base': None, 'store': None},
    'account': {'base': None, 'imap': None},
    'report': {'base': None, 'imap': {'haul-imap-error.h'}, 'account': None, 'store': STORE},
    'journal': {'base': None, 'imap': {'haul-imap-append.h'}, 'account': None, 'report': None, 'store': {'haul-message.h'}},
    'migrate': {'base': None, 'imap': None, 'account': None, 'report': None, 'journal': None, 'store': STORE},
    'cli': {'base': None, 'account': None, 'report': None, 'migrate': None, 'store': STORE},
    'wizard': {'base': None, 'account': None, 'report': None, 'migrate': None, 'store': STORE},
}
# Headers that show an imap type are not for the fronts.
NOT_FOR_FRONTS = {'haul-connection.h'}
# A library's headers: the folders that may include them, and the files where only these may.
OUTSIDE = {
    'gtk/': ({'wizard'}, None),
    'gdk/': ({'wizard'}, None),
    'gnutls/': ({'imap'}, 1),
    'libsecret/': ({'account'}, 1),
    'sqlite3.h': ({'journal'}, None),
    'json-glib/': ({'report', 'migrate', 'cli', 'account'}, None),
    'uchardet': ({'store'}, 1),
    'nettle/': ({'sasl'}, None),
    'gssapi/': ({'sasl'}, 1),
    'seccomp.h': ({'reader'}, 1),
    'linux/landlock.h': ({'reader'}, 1),
}


def includes():
    for path in sources('.c', '.h', under=('src',)):
        for line in path.read_text().split('\n'):
            match = re.match(r'#\s*include\s+[<"]([^">]+)[">]', line)
            if match:
                yield path, path.parent.name, match.group(1)


def direction():
    bad = []
    for path, folder, header in includes():
        other, _, file = header.rpartition('/')
        if other not in ALLOWED or other == folder:
            continue
        only = ALLOWED[folder].get(other, set())
        if only is not None and file not in only:
            bad.append(f'{name(path)}: {folder} may not include {header}')
        if folder in ('cli', 'wizard') and file in NOT_FOR_FRONTS:
            bad.append(f'{name(path)}: {header} is not for the fronts')
    return bad


def libraries():
    bad = []
    for prefix, (folders, most) in OUTSIDE.items():
        users = {path for path, _, header in includes() if header.startswith(prefix)}
        bad += [f'{name(p)}: {prefix} is for {", ".join(sorted(folders))}' for p in users if p.parent.name not in folders]
        stems = {p.stem for p in users}
        if most is not None and len(stems) > most:
            bad.append(f'{prefix} is included by {", ".join(sorted(stems))}: one file is enough')
    return bad


def loads(program):
    return subprocess.run(['ldd', BUILD / program], capture_output=True, text=True, check=True).stdout


def main():
    tap = Tap()
    tap.check('the folders include each other in one direction', direction())
    tap.check('outside libraries stay where they belong', libraries())
    tap.check('mailhaul-cli does not load GTK', ['it does'] if 'libgtk' in loads('src/cli/mailhaul-cli') else [])
    reader = loads('src/reader/mailhaul-reader')
    tap.check('mailhaul-reader loads no network, keyring or window library',
              [lib for lib in ('libgnutls', 'libsecret', 'libsoup', 'libgtk', 'libsqlite3') if lib in reader])
    tap.done()


main()
