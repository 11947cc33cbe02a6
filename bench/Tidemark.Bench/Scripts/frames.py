"""The script people write to collect a camera's pictures, in three strengths; one process for each camera.

usage: frames.py plain|fsync|promises FOLDER INDEX…    prints wall seconds, processor seconds and frames as JSON
plain: write, rename. fsync: and sync the file. promises: and check it is a JPEG, hash it, sync the folder, commit a row.
"""
import hashlib, http.client, json, os, resource, sqlite3, sys, time
from urllib.parse import urljoin, urlsplit

strength, folder, *indexes = sys.argv[1:]


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def camera(number, index):
    there = os.path.join(folder, f"camera{number}")
    os.mkdir(there)
    server = http.client.HTTPConnection(urlsplit(index).netloc, timeout=20)  # kept alive: the good form of the script

    def get(address):
        server.request("GET", urlsplit(address).path)
        answer = server.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{address}: {answer.status}")
        return body

    rows = None
    if strength == "promises":
        rows = sqlite3.connect(os.path.join(folder, "index.db"), timeout=20, isolation_level=None)
        rows.execute("pragma synchronous = full")
    for frame in json.loads(get(index))["frames"]:
        body = get(urljoin(index, frame["url"]))
        final = os.path.join(there, frame["name"] + ".jpg")
        with open(final + ".part", "wb") as file:
            file.write(body)
            if strength != "plain":
                file.flush()
                os.fsync(file.fileno())
        if strength == "promises" and not (body.startswith(b"\xff\xd8") and body.endswith(b"\xff\xd9")):
            sys.exit(f"{final}: no JPEG")
        os.rename(final + ".part", final)
        if rows:
            descriptor = os.open(there, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
            rows.execute("insert into frame values (?, ?, ?, ?)", (number, frame["takenAt"], len(body), hashlib.sha256(body).digest()))


if strength == "promises":
    made = sqlite3.connect(os.path.join(folder, "index.db"))
    made.execute("pragma journal_mode = wal")
    made.execute("create table frame (camera integer, time text, bytes integer, sha256 blob, primary key (camera, time))")
    made.close()
began, used = time.perf_counter(), cpu()
children = []
for number, index in enumerate(indexes):
    child = os.fork()
    if child == 0:
        camera(number, index)
        os._exit(0)
    children.append(child)
if any(os.waitpid(child, 0)[1] for child in children):
    sys.exit("a camera failed")
wall = time.perf_counter() - began
print(json.dumps({"wall": wall, "cpu": cpu() - used, "frames": sum(name.endswith(".jpg") for _, _, names in os.walk(folder) for name in names)}))
