"""What mailhaul-cli says to wrong words, and how it ends.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import subprocess

from haultest import BUILD, CLI, Tap, cli, find_secrets, folder, make_maildir

tap = Tap()
ACCOUNT = ['--server=localhost:1', '--user=alice', '--batch']


def refuses(args, status, words, what):
    run = cli(*args)
    tap.check(run.code == status and words in run.err and run.out == '', what, run)


refuses([], 64, '--help', 'no command: usage')
refuses(['scann'], 64, 'Did you mean “scan”?', 'an unknown command: usage, with the nearest one')
refuses(['undo', *ACCOUNT], 64, 'Which job?', 'an undo of nothing')
refuses(['check', *ACCOUNT, '--preset=x'], 64, 'not available yet', '--preset is not there yet, and says so')
refuses(['check', *ACCOUNT, '--token-command=x', '--password-command=y'], 64, 'one way', 'a token and a password are one too many')
refuses(['check', *ACCOUNT, '--token-command=x', '--auth=plain'], 64, 'xoauth2', 'a token is no password')
refuses(['check', *ACCOUNT, '--allow-old-tls', '--client-certificate=x'], 64, 'would not be shown', 'a certificate of one’s own for an old server')
refuses(['check', '--server=localhost'], 64, '--user', 'an account without a user name')
refuses(['check', *ACCOUNT, 'word'], 64, 'word', 'a word too many')
refuses(['check', *ACCOUNT, '--security=ssl'], 64, 'starttls', 'an unknown kind of protection')
refuses(['check', *ACCOUNT, '--auth=kerberos'], 64, 'plain', 'an unknown way to sign in')
refuses(['check', *ACCOUNT, '--pin=abcd'], 64, '64', 'a fingerprint that is too short')
refuses(['check', *ACCOUNT, '--ca-file=/nonexistent/ca.pem'], 64, '--ca-file', 'a missing file of authorities')
refuses(['check', '--server=a b', '--user=x', '--batch'], 64, 'server name', 'a server that is not one')
refuses(['check', *ACCOUNT, '--format=xml'], 64, 'text or json', 'an unknown format')
refuses(['copy', *ACCOUNT, '--events=xml', '/'], 64, 'json', 'events in an unknown form')
refuses(['copy', *ACCOUNT], 64, 'Which mail?', 'a copy of nothing')
refuses(['copy', *ACCOUNT, '--since=yesterday', '/'], 64, 'YYYY-MM-DD', 'a day that is not one')
refuses(['copy', *ACCOUNT, '--until=2003-02-30', '/'], 64, 'YYYY-MM-DD', 'a day that no calendar has')
refuses(['copy', *ACCOUNT, '--max-size=big', '/'], 64, 'BYTES', 'a size that is not one')
refuses(['copy', *ACCOUNT, '--max-size=99999999999G', '/'], 64, 'BYTES', 'a size beyond all numbers')
refuses(['copy', *ACCOUNT, '--map=Inbox', '/'], 64, 'FROM=TO', 'a mapping without an aim')
refuses(['copy', *ACCOUNT, '--connections=-1', '/'], 64, '--connections', 'a number of connections below one')
refuses(['copy', *ACCOUNT, '/nonexistent/mail'], 66, '/nonexistent/mail', 'a source that is not there, before any sign-in')
refuses(['scan', '/nonexistent/mail'], 66, '/nonexistent/mail', 'a scan of what is not there')
refuses(['report'], 64, '--job', 'a report of no job')
refuses(['check', *ACCOUNT], 77, '--password-fd', 'no password, and nobody to ask')
refuses(['check', '--server=mail.example.org', '--user=x', '--batch', '--security=none'], 64, '--allow-plaintext',
        'no plain text beyond this computer')

run = cli('check', *ACCOUNT, '--password=Zq7-never-shown')
tap.check(run.code == 64 and 'Zq7' not in run.err + run.out, 'a password given as an option is refused and not repeated', run)

run = cli('check', '--server=localhost:1', '--user=alice', '--batch', password='x')
tap.equal(run.code, 69, 'a port where nobody listens', run)

for word in ('--version', 'version of a command'):
    run = cli('--version') if word == '--version' else cli('scan', '--version')
    tap.check(run.code == 0 and run.out.startswith('mailhaul-cli 0.'), f'{word}', run)
run = cli('--help')
tap.check(run.code == 0 and all(c in run.out for c in ('scan', 'check', 'plan', 'copy', 'verify', 'report', 'jobs'))
          and '  undo ' in run.out, 'the help lists the commands that are there', run)
run = cli('copy', '--help')
tap.check(run.code == 0 and '--password-fd' in run.out and '--since' in run.out and '  81  ' in run.out and 'preset' not in run.out
          and 'mailhaul-cli copy [OPTION…] SOURCE…' in run.out, 'a command’s help lists its options and exit statuses', run)

with folder() as place:
    state = place / 'state'
    run = cli('jobs', state=state)
    tap.check(run.code == 0 and 'No job' in run.out, 'no job yet', run)
    tap.equal(cli('jobs', '--format=json', state=state).json, {'jobs': []}, 'no job yet, for scripts')
    run = cli('report', '--job=nonsense', state=state)
    tap.check(run.code == 66 and 'no such job' in run.err, 'a job that is not there', run)
    tap.check(not state.exists(), 'asking makes no folder')
    run = cli('report', '--job=../../etc/passwd', state=state)
    tap.equal(run.code, 66, 'a job’s name is no path', run)

    secret = place / 'password'
    secret.write_text('Zq7-in-a-file\n')
    secret.chmod(0o644)
    run = cli('check', *ACCOUNT, f'--password-file={secret}')
    tap.check(run.code == 64 and 'chmod 600' in run.err, 'a password file that others can read is refused', run)
    secret.chmod(0o600)
    tap.equal(cli('check', *ACCOUNT, f'--password-file={secret}').code, 69, 'a password file of one’s own is read')
    secret.write_text('\n')
    tap.equal(cli('check', *ACCOUNT, f'--password-file={secret}').code, 77, 'an empty password is none')
    tap.equal(cli('check', *ACCOUNT, '--password-fd=77').code, 77, 'a descriptor that is not open')
    tap.equal(cli('check', *ACCOUNT, '--password-command=false').code, 77, 'a command that fails')
    tap.equal(cli('check', *ACCOUNT, '--password-command=/nonexistent/cmd').code, 64, 'a command that is not there')
    tap.equal(cli('check', *ACCOUNT, '--password-command=echo Zq8-printed').code, 69, 'a command that prints one')
    run = cli('check', *ACCOUNT, '--password-fd=0', f'--password-file={secret}')
    tap.check(run.code == 64 and 'one way' in run.err, 'two passwords are one too many', run)

    mail = make_maildir(place / 'mail', {'': 1})
    run = cli('copy', *ACCOUNT, f'--status-file={place}/missing/status', mail, password='x')
    tap.check(run.code == 73, 'a status file that cannot be written', run)
    run = cli('copy', *ACCOUNT, '--events=json', mail, password='x')
    tap.check(run.code == 69 and run.events[-1]['event'] == 'done' and run.events[-1]['exit_status'] == 69
              and run.events[-1]['error']['code'] == 'connection-refused', 'a copy that cannot begin ends with “done”', run)
    run = cli('check', *ACCOUNT, '--format=json', password='x')
    tap.check(run.json['error']['code'] == 'connection-refused' and run.json['error']['advice'] != '', 'an error for scripts', run)

tap.equal(find_secrets(['Zq7-in-a-file']), [], 'what was in the password file is nowhere shown')
libraries = subprocess.run(['ldd', CLI], capture_output=True, text=True).stdout
tap.check('libgtk' not in libraries and 'libgdk' not in libraries, 'no window library is loaded', libraries)
run = subprocess.run([CLI, 'scan', '--format=json', '/nonexistent'], stdout=open('/dev/full', 'w'), stderr=subprocess.PIPE)
tap.equal(run.returncode, 73, 'output that cannot be written')
tap.done()
