"""Run a command in a network of its own, and print the names that it, or anything that it starts, asks for.

``unshare -rnm python -m tests.runtime.resolver COMMAND ...``: the last line is the names as JSON. No name exists there,
whoever asks: also the C libraries, which a patch of Python's ``socket`` does not see. 127.0.0.1 works.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from typing import Final

SIOCSIFFLAGS: Final = 0x8914
UP_AND_RUNNING: Final = 0x41
HEADER_BYTES: Final = 12
NO_SUCH_NAME: Final = b"\x81\x83"


def main() -> None:
    """Serve names, run the command, and print what was asked for."""
    _bring_loopback_up()
    asked: set[str] = set()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=_answer, args=(server, asked), daemon=True).start()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolver:
        resolver.write("nameserver 127.0.0.1\n")
        resolver.flush()
        subprocess.run(["mount", "--bind", resolver.name, "/etc/resolv.conf"], check=True)
        code = subprocess.run(sys.argv[1:], check=False).returncode
    sys.stdout.write(f"\n{json.dumps(sorted(asked))}\n")
    sys.exit(code)


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))


def _answer(server: socket.socket, asked: set[str]) -> None:
    while True:
        query, sender = server.recvfrom(4096)
        labels, place = [], HEADER_BYTES
        while length := query[place]:
            labels.append(query[place + 1 : place + 1 + length].decode())
            place += 1 + length
        asked.add(".".join(labels).lower())
        question = query[HEADER_BYTES : place + 5]
        server.sendto(query[:2] + NO_SUCH_NAME + query[4:6] + bytes(6) + question, sender)


if __name__ == "__main__":
    main()
