"""How a command can end other than by its OK.  SPDX-License-Identifier: GPL-3.0-or-later"""


class Answer(Exception):
    """A tagged answer instead of what was asked. `final`: then "close", or the text (by name) of a last word."""

    def __init__(self, text, final=None):
        super().__init__(text)
        self.text, self.final = text, final


class Ended(Exception):
    """The connection is ended by the server: fin, rst, half."""

    def __init__(self, how='fin'):
        super().__init__(how)
        self.how = how
