"""A registry that is far away."""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys

from benchmark.servers import Link, wait_for

MEGABYTES, MILLISECONDS = 20, 50


class Distant:
    """The registry at another address, whose bytes and answers come slowly, while this is entered.

    Loopback is slow for all, and what passes it twice would be twice as slow. So a server of the same directory listens
    at a Unix socket, and the delay passes that on.
    """

    def __init__(self, registry):
        self.registry = registry
        self.socket = registry.directory / "distant.socket"
        self.link = Link(f"{MEGABYTES * 8}mbit", "256kb") if Link.is_possible() else contextlib.nullcontext()
        self.counts = {}

    @staticmethod
    def distance():
        return f"{MEGABYTES} MB/s and {MILLISECONDS} ms" if Link.is_possible() else f"{MILLISECONDS} ms"

    def __enter__(self):
        self.server = self.registry.serve("distant", {"net": "unix", "addr": str(self.socket)})
        wait_for(self.listens, "docker-registry at a Unix socket")
        with (self.registry.directory / "delay.log").open("w") as log:
            self.delay = subprocess.Popen(
                [sys.executable, pathlib.Path(__file__).with_name("delay.py"), self.socket, str(MILLISECONDS)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        self.port = int(self.delay.stdout.readline())
        self.link.__enter__()
        return self

    def listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.socket))
        return True

    def __exit__(self, *failure):
        self.link.__exit__(*failure)
        self.delay.stdin.close()
        text = self.delay.stdout.read()
        self.delay.wait()
        self.server.terminate()
        self.server.wait()
        if failure[0] is None:
            self.counts = json.loads(text)

    def stored(self):
        return self.registry.stored()

    def __str__(self):
        return f"127.0.0.1:{self.port}"
