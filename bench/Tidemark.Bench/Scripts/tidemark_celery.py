"""Celery's side of `bench jobs`: the task, and the driver that fills queues and waits for them.

The driver takes a command a line and answers with a line of JSON:
drain NODE TASKS    fills a new queue first, lets the worker NODE take it, waits for the last: {"seconds": first to last}
pickup NODE TASKS GAP    one task each GAP seconds to an idle worker: {"milliseconds": [sent to begun, …]}
A task writes when it ran to a file that is not synced: less than any of Celery's own ways of telling would cost.
"""
import json, os, struct, sys, time, uuid
from celery import Celery

done = os.environ["BENCH_DONE"]
app = Celery("tidemark_celery", broker=os.environ["BENCH_BROKER"], backend=os.environ.get("BENCH_BACKEND"))
file = None


@app.task
def nothing():
    global file
    if file is None:
        file = os.open(done, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, struct.pack("d", time.time()))


def size():
    return os.stat(done).st_size if os.path.exists(done) else 0


def ran(start, count, pause):
    """The times of the next `count` tasks, in order."""
    while size() < start + 8 * count:
        time.sleep(pause)
    with open(done, "rb") as times:
        times.seek(start)
        return sorted(struct.unpack(f"{count}d", times.read(8 * count)))


def fill(queue, count):
    """One message is sent the usual way, and copied: filling is not what is measured."""
    nothing.apply_async(queue=queue)
    with app.connection_for_write() as connection:
        redis = connection.default_channel.client
        message = redis.lpop(queue)
        first = json.loads(message)["headers"]["id"].encode()
        pipe = redis.pipeline(transaction=False)
        for _ in range(count):
            pipe.lpush(queue, message.replace(first, str(uuid.uuid4()).encode()))
        pipe.execute()


def drain(node, count):
    queue, start = uuid.uuid4().hex, size()
    fill(queue, int(count))
    app.control.add_consumer(queue, destination=[node], reply=True)
    times = ran(start, int(count), 0.005)
    app.control.cancel_consumer(queue, destination=[node], reply=True)
    return {"seconds": times[-1] - times[0]}


def pickup(node, count, gap):
    waits = []
    for _ in range(int(count)):
        time.sleep(float(gap))
        start, sent = size(), time.time()
        nothing.apply_async(queue=node.split("@")[0])
        waits.append((ran(start, 1, 0.0005)[0] - sent) * 1000)
    return {"milliseconds": waits}


if __name__ == "__main__":
    for line in sys.stdin:
        command, *arguments = line.split()
        print(json.dumps({"drain": drain, "pickup": pickup}[command](*arguments)), flush=True)
