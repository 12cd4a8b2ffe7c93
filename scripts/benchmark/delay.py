"""A server that is far away: passes TCP connections on to a Unix socket, late, and counts what it passes.

usage: delay.py SOCKET MILLISECONDS

A connection waits once for its handshake, and each direction half of the time. The first line of the output is the
port; after the end of the standard input, the second line is the counts as JSON. It is a process of its own, so that
its processor time is nobody else's, and it ends with the bench, which holds the other end of its standard input.
"""

import asyncio
import json
import re
import sys

CHUNK = 1 << 17
# In each direction of a connection: at 20 MB/s more than what is under way in 50 ms.
CHUNKS = 64
CONNECTIONS = 256
REQUEST = re.compile(rb"(?:GET|HEAD|PUT|POST|PATCH|DELETE) \S+ HTTP/1\.1\r\n")


class Delay:
    """The connections, and the counts of all of them."""

    def __init__(self, socket, seconds):
        self.socket, self.seconds = socket, seconds
        self.up = self.down = 0
        self.waits = []
        self.connections = []
        self.free = asyncio.Semaphore(CONNECTIONS)

    async def connection(self, reader, writer):
        async with self.free:
            connection = Connection(self, asyncio.get_running_loop().time)
            self.connections.append(connection)
            await asyncio.sleep(self.seconds)
            far_reader, far_writer = await asyncio.open_unix_connection(self.socket, limit=CHUNK)
            connection.answered()
            await asyncio.gather(self.passed(reader, far_writer, connection.asked),
                                 self.passed(far_reader, writer, connection.received))

    async def passed(self, reader, writer, seen):
        """Passes one direction on until its end."""
        queue = asyncio.Queue(CHUNKS)
        late = asyncio.create_task(self.late(queue, writer))
        time = asyncio.get_running_loop().time
        data = b"first"
        while data:
            try:
                data = await reader.read(CHUNK)
            except ConnectionError:
                data = b""
            seen(data)
            await queue.put((time() + self.seconds / 2, data))
        await late

    async def late(self, queue, writer):
        time = asyncio.get_running_loop().time
        data = b"first"
        while data:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - time()))
            try:
                if data:
                    writer.write(data)
                    await writer.drain()
                else:
                    writer.close()
            except ConnectionError:
                # The bytes that are still read for this side are dropped.
                pass

    def counts(self):
        waits = [wait for connection in self.connections for wait in connection.waits]
        requests = sum(connection.requests for connection in self.connections)
        return {"connections": len(self.connections), "requests": requests, "turns": turns(waits),
                "downloaded_bytes": self.down, "sent_bytes": self.up}


class Connection:
    """The times for which a client of this connection waits: for the handshake, and for each answer."""

    def __init__(self, delay, time):
        self.delay, self.time = delay, time
        self.requests = 0
        self.waits = [[time(), None]]

    def answered(self):
        self.waits[-1][1] = self.time()

    def asked(self, data):
        self.delay.up += len(data)
        # A request begins only after the answer before; what looks like one in a body is none.
        if self.waits[-1][1] and REQUEST.match(data):
            self.requests += 1
            self.waits.append([self.time(), None])

    def received(self, data):
        self.delay.down += len(data)
        if data:
            self.waits[-1][1] = self.time() + self.delay.seconds / 2


def turns(waits):
    """Returns the length of the longest chain of waits, each of which begins after the one before."""
    length, end = 0, 0.0
    for start, stop in sorted((wait for wait in waits if wait[1]), key=lambda wait: wait[1]):
        if start >= end:
            length, end = length + 1, stop
    return length


async def main():
    delay = Delay(sys.argv[1], int(sys.argv[2]) / 1000)
    server = await asyncio.start_server(delay.connection, "127.0.0.1", 0, limit=CHUNK)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps(delay.counts()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
