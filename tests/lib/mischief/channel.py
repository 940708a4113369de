"""One JSON object a line in, one out, on a loopback port.

SPDX-License-Identifier: GPL-3.0-or-later

Each connection has a thread. What goes wrong is told; the server lives on.
"""
import json
import socket
import threading


class Channel:
    """Subclasses have do(asked) -> dict or None."""

    def __init__(self, port=0):
        self.listener = socket.create_server(('127.0.0.1', port), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True, name='control').start()

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock, sock.makefile('rwb') as file:
            for line in file:
                try:
                    answer = {'ok': True, **(self.do(json.loads(line)) or {})}
                except Exception as error:
                    answer = {'ok': False, 'error': f'{type(error).__name__}: {error}'}
                try:
                    file.write(json.dumps(answer).encode() + b'\n')
                    file.flush()
                except OSError:
                    return
