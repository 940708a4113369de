"""Octets: a buffered reader for lines and literals, and the ways a connection ends.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import select
import socket
import ssl

RESET = b'\1\0\0\0\0\0\0\0'  # struct linger: on, 0 seconds
MAX_LINE = 64 * 1024


class Gone(Exception):
    """The connection is over."""


class Input:
    """What the client sent. Octets that were meant as a message and are read as commands are known as foreign."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = bytearray()
        self.consumed = 0
        self.foreign_until = 0

    def more(self):
        try:
            data = self.sock.recv(65536)
        except TimeoutError:
            raise
        except (OSError, ssl.SSLError, ValueError):
            raise Gone from None
        if not data:
            raise Gone
        self.buffer += data

    def take(self, n):
        with memoryview(self.buffer) as view:
            data = bytes(view[:n])
        del self.buffer[:n]
        self.consumed += n
        return data

    def line(self):
        """One line without its end, and whether it began in foreign octets."""
        foreign = self.consumed < self.foreign_until
        start = 0
        while (end := self.buffer.find(b'\n', start)) < 0:
            start = len(self.buffer)
            if start > MAX_LINE:
                raise Gone
            self.more()
        line = self.take(end + 1)
        return (line[:-2] if line.endswith(b'\r\n') else line[:-1]), foreign

    def exactly(self, n):
        have = len(self.buffer)
        if n <= have:
            return self.take(n)
        if n < 65536:
            while len(self.buffer) < n:
                self.more()
            return self.take(n)
        data = bytearray(n)
        data[:have] = self.buffer
        self.buffer.clear()
        with memoryview(data) as view:
            while have < n:
                try:
                    got = self.sock.recv_into(view[have:])
                except TimeoutError:
                    raise
                except (OSError, ValueError):
                    raise Gone from None
                if not got:
                    raise Gone
                have += got
        self.consumed += n
        return bytes(data)

    def skip(self, n):
        while n > 0:
            if not self.buffer:
                self.more()
            n -= len(self.take(min(n, len(self.buffer))))

    def push_back(self, data):
        """DATA comes again, as commands."""
        self.consumed -= len(data)
        self.foreign_until = max(self.foreign_until, self.consumed + len(data))
        self.buffer[:0] = data

    def expect_foreign(self, n):
        """The next N octets were meant as a message."""
        self.foreign_until = max(self.foreign_until, self.consumed + n)


def has_left(sock):
    """Whether the client closed its side, even where octets of it wait to be read."""
    poll = select.poll()
    try:
        poll.register(sock, select.POLLRDHUP)
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return True


def close(sock, how='fin'):
    """how: fin, rst, or half (no more octets from us, and we go on reading)."""
    try:
        if how == 'half':
            sock.shutdown(socket.SHUT_WR)
            return
        if how == 'rst':
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        else:
            sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()


def wake_to_end(sock, how='fin'):
    """Ends it where another thread reads from it. A reset is sent when that thread closes it, which it does at once."""
    try:
        if how == 'rst':
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            sock.shutdown(socket.SHUT_RD)
        else:
            sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
