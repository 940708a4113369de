"""MD4 and DES, which NTLM needs and Python has not: from nettle, which GnuTLS brings along.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ctypes
import ctypes.util


def library():
    name = ctypes.util.find_library('nettle')
    if name is None:
        raise OSError('no libnettle: NTLM cannot be judged')
    return ctypes.CDLL(name)


def md4(data):
    nettle, context, digest = library(), ctypes.create_string_buffer(512), ctypes.create_string_buffer(16)
    nettle.nettle_md4_init(context)
    nettle.nettle_md4_update(context, ctypes.c_size_t(len(data)), data)
    nettle.nettle_md4_digest(context, ctypes.c_size_t(16), digest)
    return digest.raw


def des(key, block):
    """KEY has seven octets: [MS-NLMP] DES()."""
    nettle, context, result = library(), ctypes.create_string_buffer(512), ctypes.create_string_buffer(8)
    bits = int.from_bytes(key, 'big')
    spread = bytes((bits >> 7 * (7 - i) & 0x7f) << 1 for i in range(8))
    nettle.nettle_des_set_key(context, spread)
    nettle.nettle_des_encrypt(context, ctypes.c_size_t(8), result, block)
    return result.raw


def desl(key, block):
    """[MS-NLMP] DESL(): sixteen octets make three keys."""
    key += bytes(5)
    return b''.join(des(key[at:at + 7], block) for at in (0, 7, 14))
