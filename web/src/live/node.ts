// What this page knows of the node: fetched once, then kept true by events.
import { api, whenSignedOut, type DiskLevel, type Frame, type NodeInfo, type Source, type Timelapse } from '../api';
import { createStore } from '../ui/store';
import { hearNodeTime } from './clock';
import { Connection, type LinkState, type LiveEvent, type Socket } from './connection';

export const link = createStore<LinkState>({ kind: 'connecting' });

/** null until the first answer: nothing known is not the same as nothing there. */
export const known = createStore<{
  sources: Source[] | null;
  timelapses: Timelapse[] | null;
  node: NodeInfo | null;
}>({ sources: null, timelapses: null, node: null });

type Hearer = (data: unknown) => void;
const hearers = new Map<string, Set<Hearer>>();

/** Grows whenever what was fetched must be fetched again; 0 while the first connection is being made. */
export const epoch = createStore(0);

/** Told what happens from now on to things of one topic. */
export function onEvent<T>(topic: 'frames' | 'jobs' | 'nodes', listener: (data: T) => void): () => void {
  const of = hearers.get(topic) ?? new Set();
  hearers.set(topic, of.add(listener as Hearer));
  return () => of.delete(listener as Hearer);
}

/** Told of every frame archived from now on, of any source. */
export const onFrame = (listener: (frame: Frame) => void) => onEvent('frames', listener);

const byId = <T extends { id: string }>(list: T[], item: T) =>
  list.some((x) => x.id === item.id) ? list.map((x) => (x.id === item.id ? item : x)) : null;

export function putSource(source: Source): void {
  known.set((k) => (k.sources === null ? k : { ...k, sources: byId(k.sources, source) ?? [...k.sources, source] }));
}

export function dropSource(id: string): void {
  known.set((k) => (k.sources === null ? k : { ...k, sources: k.sources.filter((s) => s.id !== id) }));
}

export function putTimelapse(timelapse: Timelapse): void {
  known.set((k) =>
    k.timelapses === null ? k : { ...k, timelapses: byId(k.timelapses, timelapse) ?? [timelapse, ...k.timelapses] },
  );
}

function putFrame(frame: Frame): void {
  const source = known.get().sources?.find((s) => s.id === frame.source);
  if (source && (source.newest === null || frame.time > source.newest.time)) {
    putSource({ ...source, newest: frame, frames: source.frames + 1, bytes: source.bytes + frame.bytes });
  }
}

function apply(event: LiveEvent): void {
  if (event.topic === 'frames') putFrame(event.data as Frame);
  else if (event.topic === 'timelapses') putTimelapse(event.data as Timelapse);
  else if (event.topic === 'sources') {
    const data = event.data as Source | { id: string; removed: true };
    if ('removed' in data) dropSource(data.id);
    else putSource(data);
  }
  if (event.topic === 'disk') known.set((k) => (k.node === null ? k : { ...k, node: { ...k.node, level: event.data as DiskLevel } }));
  for (const hear of [...(hearers.get(event.topic) ?? [])]) hear(event.data);
}

// An answer may be older than an event that came while it was under way: those are applied again on top.
let fetching = 0;
let since: LiveEvent[] = [];

async function fetchAll(): Promise<void> {
  if (fetching++ === 0) since = [];
  try {
    const [sources, timelapses] = await Promise.all([api.sources(), api.timelapses(), fetchNode()]);
    known.set((k) => ({ ...k, sources, timelapses }));
    for (const event of since) apply(event);
  } finally {
    fetching--;
  }
}

async function fetchNode(): Promise<void> {
  const node = await api.node();
  hearNodeTime(Date.parse(node.now));
  known.set((k) => ({ ...k, node }));
}

function refetch(): void {
  epoch.set((n) => n + 1);
  fetchAll().catch(() => {
    // No answer shows as a lost connection, 401 as signed out; a refusal of another kind is tried again.
    setTimeout(() => link.get().kind === 'live' && refetch(), 5000);
  });
}

function openSocket(): Socket {
  const address = new URL('/api/v1/live', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const ws = new WebSocket(address);
  const socket: Socket = {
    send: (text) => ws.send(text),
    close: () => ws.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  ws.onopen = () => socket.onopen?.();
  ws.onmessage = (e) => socket.onmessage?.(String(e.data));
  ws.onclose = () => socket.onclose?.();
  return socket;
}

const connection = new Connection(
  ['sources', 'frames', 'timelapses', 'jobs', 'nodes', 'disk'],
  {
    open: openSocket,
    now: () => Date.now(),
    after: (milliseconds, action) => {
      const timer = setTimeout(action, milliseconds);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    probe: () =>
      api.node().then(
        () => 'answers' as const,
        (reason: { status?: number }) => (reason.status === 401 ? ('signed-out' as const) : ('silent' as const)),
      ),
  },
  {
    state: (state) => {
      link.set(state);
      // Where only the live connection is barred, plain requests may still be answered.
      if (state.kind === 'lost' && epoch.get() === 0) refetch();
    },
    hello: (resumed) => {
      if (!resumed || known.get().sources === null) refetch();
    },
    event: (event) => {
      if (fetching > 0) since.push(event);
      apply(event);
    },
    nodeTime: (at) => hearNodeTime(Date.parse(at)),
  },
);

export const tryNow = () => connection.nudge();

/** Connects; the page calls it once it may be signed in. */
export const connect = () => connection.start();

whenSignedOut(() => {
  if (link.get().kind !== 'signed-out') connection.signedOut();
});

addEventListener('online', () => connection.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') connection.nudge();
});
setInterval(() => {
  // Free space changes without an event.
  if (link.get().kind === 'live' && document.visibilityState === 'visible') fetchNode().catch(() => undefined);
}, 60_000);
