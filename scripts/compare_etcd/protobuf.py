"""As much protobuf and gRPC framing as two requests of etcd need."""

import struct


def _bytes_field(number, content):
    """A length-delimited field (protobuf encoding, wire type 2)."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def put_request(key, value):
    """etcdserverpb.PutRequest: key = 1, value = 2."""
    return _bytes_field(1, key) + _bytes_field(2, value)


def range_request(key):
    """etcdserverpb.RangeRequest: key = 1; linearizable unless it says otherwise."""
    return _bytes_field(1, key)


def framed(message):
    """gRPC over HTTP/2, Length-Prefixed-Message: not compressed."""
    return struct.pack(">BI", 0, len(message)) + message
