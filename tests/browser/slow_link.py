"""A slow link to a server on this machine: a proxy that hands every byte on later, and no faster than a rate."""

import asyncio
import contextlib
import math
import threading
import time

__all__ = ["SlowLink"]


class SlowLink:
    """A proxy for one port, open inside a with statement; `port` is where it listens.

    Parameters
    ----------
    target : int
        The port of the server.
    delay : float
        Seconds of a round trip, half of it each way.
    rate : float, optional
        Bytes a second, each way of each connection; without a limit unless given.
    """

    def __init__(self, target, *, delay, rate=math.inf):
        self.target, self.delay, self.rate = target, delay, rate
        self._listens = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        self._listens.wait()
        return self

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _serve(self):
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listens.set()
        await self._end.wait()
        server.close()

    async def _accept(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            # One side hangs up, or the link is taken away: the other side is hung up as well.
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await asyncio.gather(self._hand_on(reader, back), self._hand_on(there, writer))
        finally:
            writer.close()
            back.close()

    async def _hand_on(self, reader, writer):
        queue = asyncio.Queue()

        async def deliver():
            while (item := await queue.get()) is not None:
                due, data = item
                await asyncio.sleep(max(0, due - time.monotonic()))
                writer.write(data)
                await writer.drain()
            writer.close()

        async def receive():
            free = 0.0
            while data := await reader.read(16384):
                free = max(free, time.monotonic()) + len(data) / self.rate
                queue.put_nowait((free + self.delay / 2, data))
            queue.put_nowait(None)

        await asyncio.gather(deliver(), receive())
