"""oldrelay.py PORT PRIORITY CERTIFICATE [starttls]: an old server's TLS before the Dovecot at $IMAP_PORT.

One connection after another, each under TLS as PRIORITY (GnuTLS's words) allows and nothing else. Prints the cipher of
each handshake.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import socket
import sys
import threading

PORT, PRIORITY, CERTIFICATE = sys.argv[1:4]
os.environ['G_TLS_GNUTLS_PRIORITY'] = PRIORITY  # GIO reads it once a process
import gi  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

GREETING = b'* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] The Microsoft Exchange IMAP4 service is ready.\r\n'


def pump(take, give, end):
    try:
        while True:
            octets = take()
            if not octets:
                break
            give(octets)
    except (GLib.Error, OSError):
        pass
    end()


def serve(connection):
    plain = connection.get_socket()
    if 'starttls' in sys.argv:
        plain.send(GREETING)
        line = connection.get_input_stream().read_bytes(4096).get_data()
        if b'STARTTLS' not in line:
            return
        plain.send(line.split(b' ')[0] + b' OK Begin TLS negotiation now.\r\n')
    tls = Gio.TlsServerConnection.new(connection, Gio.TlsCertificate.new_from_file(CERTIFICATE))
    tls.handshake()
    print(tls.get_property('protocol-version').value_nick, tls.get_property('ciphersuite-name'), flush=True)
    server = socket.create_connection(('127.0.0.1', int(os.environ['IMAP_PORT'])))
    if 'starttls' in sys.argv:
        server.recv(4096)  # the greeting was said
    source, sink = tls.get_input_stream(), tls.get_output_stream()

    def end():
        server.close()
        plain.close()
    threading.Thread(target=pump, daemon=True, args=(
        lambda: server.recv(16384), lambda octets: sink.write_all(octets), lambda: plain.close())).start()
    pump(lambda: source.read_bytes(16384).get_data(), server.sendall, end)


listener = Gio.SocketListener()
listener.add_address(Gio.InetSocketAddress.new_from_string('127.0.0.1', int(PORT)), Gio.SocketType.STREAM,
                     Gio.SocketProtocol.TCP, None)
print('ready', flush=True)


def run(connection):
    try:
        serve(connection)
    except (GLib.Error, OSError) as error:
        print('failed', error, flush=True)


while True:
    threading.Thread(target=run, args=(listener.accept()[0],), daemon=True).start()
