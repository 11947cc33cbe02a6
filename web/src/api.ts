// The node's HTTP API under /api/v1: the shapes it answers with and the one way to ask.

export interface Frame {
  source: string;
  time: string;
  name: string | null;
  bytes: number;
  width: number;
  height: number;
  sha256: string;
  url: string;
}

export type Outcome = 'ok' | 'unchanged' | 'stale' | 'invalid' | 'failed';

export interface SourceStatus {
  outcome: Outcome | null;
  at: string | null;
  message: string | null;
  nextAt: string | null;
  failures: number;
}

export interface IndexPointers {
  list: string;
  time: string;
  image: string;
  name: string | null;
}

export type SourceKind = 'frames.index' | 'frames.snapshot' | 'frames.folder';

export interface Daylight {
  latitude: number;
  longitude: number;
  marginMinutes: number;
  /** Hours that count as day whatever the sun does, in UTC. */
  atLeast: string | null;
}

export interface SourceConfig {
  id: string;
  kind: SourceKind;
  url: string;
  everySeconds: number;
  index: IndexPointers | null;
  allowedHosts: string[];
  privateNetwork: boolean;
  zone: string | null;
  window: string | null;
  daylight: Daylight | null;
  jitterSeconds: number | null;
  expectedFrames: number | null;
  folder: string | null;
  namePattern: string | null;
  keepFiles: boolean | null;
  timeFrom: string | null;
  crops: string[] | null;
  keepDays: number | null;
  keepBytes: number | null;
}

/** Something that is the matter with a source though it answers. */
export interface Matter {
  code: string;
  since: string;
  message: string;
  /** What to do; null where the message says that. */
  mend: string | null;
}

export interface Source extends SourceConfig {
  revision: number;
  paused: boolean;
  createdAt: string;
  frames: number;
  bytes: number;
  newest: Frame | null;
  /** When a newer frame than the newest should have come; null where none is expected. */
  lateAt: string | null;
  status: SourceStatus;
  /** The next slots, in order. */
  slots: string[];
  conditions: Matter[];
  /** How many of its files are in quarantine. */
  quarantined: number;
}

export interface Day {
  day: string;
  frames: number;
  bytes: number;
  first: string;
  last: string;
}

export interface TestStep {
  step: 'folder' | 'name' | 'connection' | 'answer' | 'image';
  ok: boolean;
  message: string;
  mend: string | null;
  milliseconds: number;
}

export interface TestResult {
  ok: boolean;
  steps: TestStep[];
}

export interface Asset {
  id: string;
  name: string;
  contentType: string;
  bytes: number;
  sha256: string;
  createdAt: string;
  width: number | null;
  height: number | null;
  frames: number | null;
  durationMs: number | null;
  url: string;
}

export type TimelapseState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export type Layout = 'single' | 'pair' | 'quad';

/** What a timelapse shall look like. What is left out is as the node has it. */
export interface TimelapseLook {
  sources: string[];
  layout: Layout;
  fps: number;
  crop: string | null;
  sidebar: string | null;
  pace?: 'frames' | 'even';
  secondsPerDay?: number | null;
  seconds?: number | null;
  /** Seconds between two even pictures. */
  every?: number | null;
  missing?: 'hold' | 'skip' | 'slate';
  daylight?: boolean;
  clock?: 'none' | 'utc' | 'local';
  caption?: string | null;
  size?: string | null;
  fit?: 'bars' | 'fill' | 'stretch';
  deflicker?: boolean;
  format?: Format;
  preset?: string | null;
  crf?: number | null;
  depth?: number;
  parameters?: string | null;
}

export type Format = 'mp4' | 'h265' | 'av1' | 'webm' | 'gif';

export interface TimelapseRequest extends TimelapseLook {
  from: string;
  to: string;
}

export interface Timelapse {
  id: string;
  sources: string[];
  from: string;
  to: string;
  layout: Layout;
  fps: number;
  crop: string | null;
  sidebar: string | null;
  /** What was asked for, but for the range. */
  asked: TimelapseLook;
  state: TimelapseState;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  progress: {
    stage: string;
    frames: number;
    total: number;
    fraction: number;
    secondsLeft: number | null;
  } | null;
  asset: Asset | null;
  /** What could not be shown, and why: a sentence each. Empty in lists and live news: it is told where one is asked for. */
  leftOut: readonly string[];
  failure: { code: string; message: string; mend: string | null } | null;
}

export interface DiskLevel {
  level: 'fine' | 'low' | 'full' | 'journalOnly';
  folder: string;
  freeBytes: number;
  message: string | null;
  mend: string | null;
}

export interface NodeInfo {
  version: string;
  startedAt: string;
  now: string;
  page: boolean;
  disk: { freeBytes: number; totalBytes: number; archiveBytes: number };
  tools: { ffmpeg: string | null; jpegtran: string | null };
  /** What has stopped because the disk fills. */
  level: DiskLevel;
  warnings: { code: string; message: string; mend: string | null }[];
}

/** What the node refused and how to mend it; status 0 means no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly mend: string | null = null,
    readonly fields: readonly { field: string; message: string }[] = [],
  ) {
    super(message);
  }
}

const base = '/api/v1';
let onSignedOut: () => void = () => undefined;

/** Told whenever any answer says that this page is not signed in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Reads a problem out of an answer's body, whatever that body is. */
export function problemOf(status: number, body: string): Problem {
  if (status === 401) onSignedOut();
  try {
    const p = JSON.parse(body) as {
      code?: string;
      title?: string;
      detail?: string;
      mend?: string;
      errors?: { field: string; message: string }[];
    };
    return new Problem(status, p.code ?? '', p.detail ?? p.title ?? `The node answered ${status}.`, p.mend ?? null, p.errors ?? []);
  } catch {
    return new Problem(status, '', `The node answered ${status}.`);
  }
}

/** Asks the node once; throws a Problem where it refuses or does not answer. */
export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  let text: string;
  const limit = AbortSignal.timeout(method === 'GET' ? 15_000 : 60_000);
  try {
    response = await fetch(base + path, {
      method,
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(method === 'GET'
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: body === undefined ? '{}' : JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (reason) {
    if (signal?.aborted) throw reason;
    throw new Problem(0, 'unreachable', 'The node does not answer.', 'See that it runs: tidemark up');
  }
  if (!response.ok) throw problemOf(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** An id as a part of a path. */
export const at = (id: string) => encodeURIComponent(id);

export const api = {
  node: () => ask<NodeInfo>('GET', '/node'),
  signIn: (token: string) => ask<void>('POST', '/session', { token }),
  signOut: () => ask<void>('DELETE', '/session'),

  sources: async () => (await ask<{ sources: Source[] }>('GET', '/sources')).sources,
  addSource: (config: SourceConfig) => ask<Source>('POST', '/sources', config),
  /** Puts all settings in place of those at `revision`; refused where somebody changed them meanwhile. */
  changeSource: (id: string, revision: number, { id: _, kind: __, ...settings }: SourceConfig) => ask<Source>('PUT', `/sources/${at(id)}`, { ...settings, revision }),
  removeSource: (id: string) => ask<void>('DELETE', `/sources/${at(id)}`),
  pauseSource: (id: string) => ask<Source>('POST', `/sources/${at(id)}/pause`),
  resumeSource: (id: string) => ask<Source>('POST', `/sources/${at(id)}/resume`),
  pollSource: (id: string) => ask<Source>('POST', `/sources/${at(id)}/poll`),
  testSource: (id: string) => ask<TestResult>('POST', `/sources/${at(id)}/test`),
  /** Tries what decides whether a source works; the node refuses members it does not expect. */
  testConfig: ({ kind, url, index, allowedHosts, privateNetwork, zone, folder, namePattern, timeFrom }: SourceConfig) =>
    ask<TestResult>('POST', '/sources/test', { kind, url, index, allowedHosts, privateNetwork, zone, folder, namePattern, timeFrom }),

  days: async (id: string, signal?: AbortSignal) =>
    (await ask<{ days: Day[] }>('GET', `/sources/${at(id)}/days`, undefined, signal)).days,
  frames: (id: string, range: { from: string; to: string; limit: number; cursor: string | null }, signal?: AbortSignal) => {
    const query = new URLSearchParams({ from: range.from, to: range.to, limit: String(range.limit), order: 'asc' });
    if (range.cursor !== null) query.set('cursor', range.cursor);
    return ask<{ frames: Frame[]; next: string | null }>('GET', `/sources/${at(id)}/frames?${query}`, undefined, signal);
  },

  timelapse: (id: string) => ask<Timelapse>('GET', `/timelapses/${at(id)}`),
  timelapses: async () => (await ask<{ timelapses: Timelapse[] }>('GET', '/timelapses')).timelapses,
  makeTimelapse: (request: TimelapseRequest) => ask<Timelapse>('POST', '/timelapses', request),
  cancelTimelapse: (id: string) => ask<Timelapse>('POST', `/timelapses/${at(id)}/cancel`),
};

/** Where an asset is saved to disk from, instead of being shown. */
export const downloadUrl = (asset: Asset) => `${asset.url}?download=1`;

/** Sends a file as it is; progress is a fraction of its bytes sent. */
export function upload(file: File, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<Asset> {
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much of a body has gone out; XMLHttpRequest can.
    const request = new XMLHttpRequest();
    request.open('POST', `${base}/assets?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (e) => onProgress(e.lengthComputable ? e.loaded / e.total : 0);
    request.onload = () =>
      request.status === 201
        ? resolve(JSON.parse(request.responseText) as Asset)
        : reject(problemOf(request.status, request.responseText));
    request.onerror = () => reject(new Problem(0, 'unreachable', 'The upload was cut off: the node does not answer.'));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
