"""python3 tests/lib/mischief [--control PORT] [--cert PEM --key PEM] [--world NAME --port PORT --personality NAME]

SPDX-License-Identifier: GPL-3.0-or-later

Prints one line of JSON, {"control": PORT, "port": PORT of the first world}, and serves until its standard input ends or the
control channel says quit. How to drive it: __init__.py.
"""
import argparse
import hashlib
import json
import os
import ssl
import sys

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from mischief.control import Control  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--control', type=int, default=0)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--personality', default='conforming')
    parser.add_argument('--world', default='main')
    parser.add_argument('--user')
    parser.add_argument('--password')
    parser.add_argument('--tls', default='none', choices=('none', 'implicit', 'starttls'))
    parser.add_argument('--cert')
    parser.add_argument('--key')
    parser.add_argument('--tls-1-2', action='store_true', help='no TLS 1.3, which Python cannot be bound to')
    parser.add_argument('--stay', action='store_true', help='do not end with standard input')
    options = parser.parse_args()
    sys.setswitchinterval(0.002)
    context = end_point = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
        if options.tls_1_2:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        # RFC 5929 §4.1, for certificates signed with SHA-256 or less.
        end_point = hashlib.sha256(ssl.PEM_cert_to_DER_cert(open(options.cert).read())).digest()
    control = Control(options.control, context, end_point)
    port = control.open(options.world, options.personality, user=options.user, password=options.password, tls=options.tls)['port']
    print(json.dumps({'control': control.port, 'port': port}), flush=True)
    if options.stay:
        import signal
        while True:
            signal.pause()
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


main()
