"""
A Taut client in Python, written from docs/PROTOCOL.md alone: the standard library and `bson` (Debian: python3-bson).

It calls the service of second-language.test.ts, checks every answer, and prints one line of JSON. Small on purpose: one call at a
time, no windows of its own beyond what it grants, no fragments.
"""

import json
import socket
import struct
import sys

import bson

MAGIC = bytes.fromhex("89544155540d0a1a")
HELLO, CALL, MESSAGE, FINISH, RESULT, FAILURE, CANCEL, ACCEPT, LEADING, CREDIT, PING, PONG, GOING_AWAY, CLOSE = (
    1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
)
NAME, METADATA, DEADLINE = 0x01, 0x02, 0x04
REQUEST_STREAM, RESPONSE_STREAM = 0x20, 0x40
TRAILERS, LEADING_PART, HAS_MESSAGE, REFUSED, FAULT = 0x01, 0x02, 0x10, 0x20, 0x40
OVERHEAD = 64


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=5)
        self.numbers = {}
        self.next_id = 1
        self.socket.sendall(MAGIC + self.frame(HELLO, 0, 0, 0, bson.encode({"versions": [1, 1], "credentials": {"from": "python"}})))
        if self.read(8) != MAGIC:
            raise AssertionError("the server does not speak Taut")
        kind, _, _, body = self.receive()
        assert kind == HELLO, f"kind {kind} instead of hello"
        self.hello = bson.decode(body)
        assert self.hello["versions"] == [1, 1], self.hello

    @staticmethod
    def frame(kind, flags, method, call_id, body=b""):
        return struct.pack("<IBBHI", len(body), kind, flags, method, call_id) + body

    def read(self, size):
        data = b""
        while len(data) < size:
            chunk = self.socket.recv(size - len(data))
            if not chunk:
                raise AssertionError("the server closed the connection")
            data += chunk
        return data

    def receive(self):
        """The next frame that is not the connection's own business."""
        while True:
            length, kind, flags, _method, call_id = struct.unpack("<IBBHI", self.read(12))
            body = self.read(length)
            if kind == PING:
                self.socket.sendall(self.frame(PONG, 0, 0, 0, body))
            elif kind == CLOSE:
                raise AssertionError(f"closed: {bson.decode(body)}")
            elif kind not in (CREDIT, PONG, GOING_AWAY) and kind < 0x80:
                return kind, flags, call_id, body

    def open(self, path, message=None, kind=0, deadline=None, metadata=None):
        body = b"" if message is None else bson.encode(message)
        flags = kind
        if deadline is not None:
            flags |= DEADLINE
            body += struct.pack("<I", deadline)
        if path not in self.numbers:
            self.numbers[path] = len(self.numbers)
            flags |= NAME
            name = path.encode("utf-8")
            body += struct.pack("<QH", 0, len(name)) + name
        if metadata is not None:
            flags |= METADATA
            body += bson.encode(metadata)
        call_id = self.next_id
        self.next_id += 2
        self.socket.sendall(self.frame(CALL, flags, self.numbers[path], call_id, body))
        return call_id

    def send(self, call_id, message):
        self.socket.sendall(self.frame(MESSAGE, 0, 0, call_id, bson.encode(message)))

    def finish(self, call_id):
        self.socket.sendall(self.frame(FINISH, 0, 0, call_id))

    def cancel(self, call_id):
        self.socket.sendall(self.frame(CANCEL, 0, 0, call_id, struct.pack("<I", 0)))

    def consumed(self, call_id, size):
        grant = struct.pack("<I", size + OVERHEAD)
        self.socket.sendall(self.frame(CREDIT, 0, 0, call_id, grant) + self.frame(CREDIT, 0, 0, 0, grant))

    def ends(self, call_id):
        """Everything that comes for a call: its messages, then how it ended."""
        messages, leading, accepted = [], None, False
        while True:
            kind, flags, frame_id, body = self.receive()
            assert frame_id == call_id, f"a frame for call {frame_id}"
            if kind == ACCEPT:
                accepted = True
            elif kind == LEADING:
                leading = bson.decode(body)
            elif kind == MESSAGE:
                messages.append(bson.decode(body))
                self.consumed(call_id, len(body))
            else:
                parts = list(documents(body))
                end = {"messages": messages, "leading": leading, "accepted": accepted}
                if kind == RESULT:
                    end["result"] = parts.pop(0) if flags & HAS_MESSAGE else None
                else:
                    assert kind == FAILURE, f"kind {kind}"
                    end["failure"] = parts.pop(0)
                    end["fault"] = parts.pop(0) if flags & FAULT else None
                    end["refused"] = bool(flags & REFUSED)
                if flags & LEADING_PART:
                    end["leading"] = parts.pop(0)
                end["trailers"] = parts.pop(0) if flags & TRAILERS else None
                assert not parts
                return end


def documents(body):
    while body:
        size = struct.unpack_from("<i", body)[0]
        yield bson.decode(body[:size])
        body = body[size:]


def main(host, port):
    c = Connection(host, int(port))
    done = []

    end = c.ends(c.open("peer.v1.Peer/echo", {"text": "héllo", "n": 7, "big": bson.Int64(2**40)}, deadline=5000))
    assert end["result"] == {"text": "héllo", "n": 7, "big": 2**40}, end
    end = c.ends(c.open("peer.v1.Peer/echo", {"again": True}))
    assert end["result"] == {"again": True}, end
    done.append("unary")

    end = c.ends(c.open("peer.v1.Peer/count", {"n": 500}, kind=RESPONSE_STREAM))
    assert [m["i"] for m in end["messages"]] == list(range(500)), len(end["messages"])
    assert end["result"] is None
    done.append("server stream")

    call = c.open("peer.v1.Peer/sum", kind=REQUEST_STREAM)
    c.send(call, {"v": 1})
    kind, _, _, _ = c.receive()
    assert kind == ACCEPT, kind
    for v in (2, 3, 4):
        c.send(call, {"v": v})
    c.finish(call)
    end = c.ends(call)
    assert end["result"] == {"total": 10}, end
    done.append("client stream")

    end = c.ends(c.open("peer.v1.Peer/tags", {}, metadata={"x-text": "abc", "x-many": ["one", "two"], "x-bin": b"\xab\xab"}))
    assert end["leading"] == {"x-text": "abc", "x-bin": b"\xab\xab"}, end
    assert end["trailers"] == {"x-many": ["one", "two"]}, end
    done.append("metadata")

    end = c.ends(c.open("peer.v1.Peer/fail", {"sku": "x1"}))
    assert end["failure"]["code"] == 9 and end["failure"]["type"] == "peer.v1.OutOfStock", end
    assert end["fault"] == {"sku": "x1", "available": 2}, end
    assert not end["refused"]
    done.append("fault")

    end = c.ends(c.open("peer.v1.Peer/nothing", {}))
    assert end["failure"]["code"] == 12 and end["refused"], end
    done.append("unknown method")

    call = c.open("peer.v1.Peer/hang", {})
    c.cancel(call)
    end = c.ends(call)
    assert end["failure"]["code"] == 1, end
    done.append("cancel")

    end = c.ends(c.open("peer.v1.Peer/hang", {}, deadline=50))
    assert end["failure"]["code"] == 4, end
    done.append("deadline")

    end = c.ends(c.open("peer.v1.Peer/echo", {"still": "alive"}))
    assert end["result"] == {"still": "alive"}
    c.socket.sendall(c.frame(CLOSE, 0, 0, 0, bson.encode({"code": 14, "message": "done"})))
    c.socket.close()
    print(json.dumps(done))


main(*sys.argv[1:])
