"""The program people write to poll many cameras: one asyncio task a camera, connections kept, a time-out of 20 s.

usage: capture.py FOLDER ADDRESS CAMERAS EVERY WARMUP LENGTH HUNG    prints lateness, missed slots, processor and memory as JSON
It keeps new pictures with a temporary and a rename, without fsync, and remembers nothing else.
"""
import asyncio, json, os, resource, sys, time
from urllib.parse import urljoin, urlsplit

folder, address, cameras, every, warm_up, length, hung = sys.argv[1:]
cameras, every, warm_up, length = int(cameras), float(every), float(warm_up), float(length)
with open(hung) as file:
    hung = set(file.read().split())
host, port = urlsplit(address).hostname, urlsplit(address).port
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
begin = time.time()
start, end = begin + warm_up, begin + warm_up + length
late, missed, polls, frames = [], 0, 0, 0


class Camera:
    def __init__(self, number):
        self.id = f"site-{number:04}"
        self.offset = every * number / cameras
        self.reader = self.writer = None
        self.have = set()

    async def get(self, path):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(host, port)
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.split("\r\n")[0]:
            raise OSError(head)
        for line in head.split("\r\n"):
            if line.startswith("content-length:"):
                return await self.reader.readexactly(int(line[15:]))
        body = b""
        while True:  # chunked
            size = int(await self.reader.readline(), 16)
            body += (await self.reader.readexactly(size + 2))[:-2]
            if size == 0:
                return body

    async def poll(self):
        global frames
        index = f"/sites/{self.id}/index.json"
        for frame in json.loads(await self.get(index))["frames"]:
            if frame["name"] not in self.have:
                picture = await self.get(urlsplit(urljoin(address + index, frame["url"])).path)
                final = os.path.join(folder, frame["name"] + ".jpg")
                with open(final + ".part", "wb") as file:
                    file.write(picture)
                os.rename(final + ".part", final)
                self.have.add(frame["name"])
                frames += start <= time.time() < end

    async def run(self):
        global missed, polls
        slot = (begin // every) * every + self.offset
        while slot <= begin:
            slot += every
        while slot < end:
            await asyncio.sleep(max(0, slot - time.time()))
            now = time.time()
            if slot >= start and self.id not in hung:
                late.append((now - slot) * 1000)
                polls += 1
            try:
                await asyncio.wait_for(self.poll(), 20)
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, ValueError):
                if self.writer:
                    self.writer.close()
                self.writer = None
            slot += every
            while slot < time.time():  # it came while the poll before was under way
                missed += start <= slot < end and self.id not in hung
                slot += every


async def main():
    tasks = [asyncio.create_task(Camera(number).run()) for number in range(1, cameras + 1)]
    await asyncio.sleep(max(0, start - time.time()))
    used = time.process_time()
    await asyncio.sleep(max(0, end - time.time()))
    used = time.process_time() - used
    for task in tasks:
        task.cancel()
    late.sort()
    at = lambda part: late[int(part * (len(late) - 1))] if late else 1e9
    print(json.dumps({"p50": at(0.5), "p99": at(0.99), "missed": missed, "polls": polls / length, "frames": frames / length, "cpu": used / length,
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}), flush=True)
    os._exit(0)


asyncio.run(main())
