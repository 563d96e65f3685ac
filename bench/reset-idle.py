"""tcp/reset/idle in Python: the steps of one trial with the socket module, a token for each recv, a trace, a count.

Usage: reset-idle.py MILLISECONDS. Prints the nanoseconds that a trial took, and the commonest trace.
"""

import collections
import errno
import json
import socket
import struct
import sys
import time

RECORDED = 5
TCP_CLOSE = 7
LINGER = struct.pack("ii", 1, 0)
MOST = struct.pack("ll", 1, 0)
traces = collections.Counter()


def record(subject):
    begun = time.perf_counter()
    try:
        data = subject.recv(4096)
        token = f"data:{len(data)}" if data else "eof"
    except OSError as error:
        token = errno.errorcode.get(error.errno, f"code:{error.errno}")
    return token, time.perf_counter() - begun


def state(subject):
    return subject.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)[0]


def close_by_reset(closed):
    closed.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    closed.close()


def trial():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, MOST)
    peer.connect(listener.getsockname())
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own = peer.getsockname()
    subject, other = listener.accept()
    if other != own or state(subject) == TCP_CLOSE:
        raise OSError("a stranger")
    subject.setblocking(False)
    listener.close()
    close_by_reset(peer)
    while state(subject) != TCP_CLOSE:
        pass
    observations = [record(subject) for _ in range(RECORDED)]
    traces[" ".join(token for token, _ in observations)] += 1
    close_by_reset(subject)


wanted = float(sys.argv[1]) / 1000
trials = 0
begun = time.perf_counter()
while (passed := time.perf_counter() - begun) < wanted:
    for _ in range(100):
        trial()
    trials += 100
[(trace, count)] = traces.most_common(1)
print(json.dumps({"ns": round(passed / trials * 1e9), "trace": trace, "count": count, "trials": trials}))
