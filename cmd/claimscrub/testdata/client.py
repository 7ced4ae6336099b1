"""A NATS client that is not ours, in another language: the protocol is plain text over a socket.

It publishes encounters to encounter.completed and prints the type and the encounter id of each outcome
that it sees on claim.ready, claim.rejected and encounter.deadletter: client.py HOST PORT FILE...
"""

import json
import socket
import sys

OUTCOMES = ("claim.ready", "claim.rejected", "encounter.deadletter")


def main(host, port, files):
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        stream = connection.makefile("rwb")
        assert stream.readline().startswith(b"INFO "), "the server introduces itself"
        stream.write(b'CONNECT {"verbose":false,"pedantic":true,"headers":true,"name":"client.py"}\r\n')
        for number, subject in enumerate(OUTCOMES, start=1):
            stream.write(b"SUB %s %d\r\n" % (subject.encode(), number))
        for name in files:
            with open(name, "rb") as file:
                body = file.read()
            stream.write(b"PUB encounter.completed %d\r\n%s\r\n" % (len(body), body))
        stream.flush()
        left = len(files)
        while left:
            line = stream.readline()
            if line.startswith(b"PING"):
                stream.write(b"PONG\r\n")
                stream.flush()
            elif line.startswith((b"MSG ", b"HMSG ")):
                words = line.split()
                payload = stream.read(int(words[-1]) + 2)[:-2]
                if words[0] == b"HMSG":
                    payload = payload[int(words[-2]):]
                show(words[1].decode(), payload)
                left -= 1
            elif line.startswith(b"-ERR") or not line:
                sys.exit("the server says %r" % line)


def show(subject, payload):
    if subject == "encounter.deadletter":
        print(subject, len(payload), "bytes")
        return
    event = json.loads(payload)
    assert event["type"] == subject, event["type"]
    rules = sorted({finding["rule"] for finding in event["data"]["findings"] if finding["severity"] == "reject"})
    print(subject, event["subject"], *rules)


main(sys.argv[1], sys.argv[2], sys.argv[3:])
