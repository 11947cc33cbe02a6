// Jobs as the node tells of them: GET /jobs, /jobs/{id}, /jobs/{id}/track and the topic "jobs".
import { ask, at } from '../api';

export type JobState = 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'cancelled';
export type TaskState = JobState | 'skipped';

export interface Failure {
  /** badInput, resource, infrastructure, toolCrash, verification, stalled, cancelled, workerLost … */
  kind: string;
  code: string;
  message: string;
  mend: string | null;
  /** For admins: what a tool said. */
  detail: string | null;
}

export interface Progress {
  /** null where that cannot be said. */
  fraction: number | null;
  note: string | null;
  secondsLeft: number | null;
}

export interface Job {
  id: string;
  kind: string;
  title: string;
  tenant: string;
  /** 1 is most urgent, 4 least. */
  priority: number;
  state: JobState;
  key: string | null;
  /** Grows with every retry. */
  round: number;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  notBefore: string | null;
  counts: { total: number } & Record<TaskState, number>;
  progress: Progress | null;
  failure: Failure | null;
  /** Why nothing moves. */
  trouble: string | null;
}

export interface JobTask {
  number: number;
  name: string;
  handler: string;
  state: TaskState;
  attempt: number;
  node: string | null;
  /** In the future: begun, or tried again, then. */
  readyAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  progress: Progress | null;
  failure: Failure | null;
  trouble: string | null;
  needs: { cpu: number; memoryBytes: number; diskBytes: number; gpu: number; tags: string[] };
}

export interface Edge {
  from: number;
  to: number;
}

export interface JobDetail extends Job {
  /** The first 1,000, by number. truncated: there are more of them, or more edges among them. */
  tasks: JobTask[];
  edges: Edge[];
  truncated: boolean;
  /** By the clock that all instants here are given by. */
  now: string;
}

export interface JobEvent {
  /** From 1, without gaps. */
  number: number;
  at: string;
  kind: 'submitted' | 'done' | 'failed' | 'lost' | 'returned' | 'stopped' | 'cancelled' | 'retried' | 'ended';
  /** null: it is about the whole job. */
  task: string | null;
  taskNumber: number | null;
  attempt: number | null;
  node: string | null;
  startedAt: string | null;
  jobState: JobState | null;
  failure: Failure | null;
  nextAt: string | null;
}

export interface JobsPage {
  jobs: Job[];
  next: string | null;
}

export const jobsApi = {
  list: (query: { state: JobState | null; limit: number; before: string | null }, signal?: AbortSignal) => {
    const q = new URLSearchParams({ limit: String(query.limit) });
    if (query.state !== null) q.set('state', query.state);
    if (query.before !== null) q.set('before', query.before);
    return ask<JobsPage>('GET', `/jobs?${q}`, undefined, signal);
  },
  one: (id: string, signal?: AbortSignal) => ask<JobDetail>('GET', `/jobs/${at(id)}`, undefined, signal),
  track: async (id: string, after: number, limit: number, signal?: AbortSignal) =>
    (await ask<{ events: JobEvent[] }>('GET', `/jobs/${at(id)}/track?after=${after}&limit=${limit}`, undefined, signal)).events,
  cancel: (id: string) => ask<JobDetail>('POST', `/jobs/${at(id)}/cancel`),
  retry: (id: string, from: string | null) => ask<JobDetail>('POST', `/jobs/${at(id)}/retry`, { from }),
};
