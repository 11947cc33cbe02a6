import { useEffect, useRef, useState } from 'preact/hooks';
import { epoch, onEvent } from '../live/node';
import type { Shown } from '../route';
import { useStore } from '../ui/store';
import { jobsApi, type Job, type JobsPage, type JobState } from './api';
import { unfinished } from './words';

const states: Record<Shown, readonly (JobState | null)[]> = { all: [null], unfinished, failed: ['failed'], done: ['done'] };

export const belongs = (job: Job, show: Shown) => states[show].some((s) => s === null || s === job.state);

// Ids begin with the time of asking.
const newestFirst = (a: Job, b: Job) => (a.id < b.id ? 1 : -1);

/** One page out of several, each of another state: as far down as all of them reach. */
export function merged(pages: readonly JobsPage[], limit: number): JobsPage {
  const [only] = pages;
  if (only && pages.length === 1) return only;
  const reach = pages.reduce<string | null>((highest, { next }) => (next !== null && (highest === null || next > highest) ? next : highest), null);
  // A job that changed its state between the answers is in two of them.
  const all = [...new Map(pages.flatMap((p) => p.jobs).map((j) => [j.id, j])).values()].filter((j) => reach === null || j.id >= reach).sort(newestFirst);
  const jobs = all.slice(0, limit);
  return { jobs, next: all.length > limit ? (jobs.at(-1)?.id ?? null) : reach };
}

/** A list after one of its jobs changed, or a new one came; one beyond its end is on a page not yet asked for. */
export function withJob(list: JobsPage, job: Job, show: Shown): JobsPage {
  const there = list.jobs.some((j) => j.id === job.id);
  if (!belongs(job, show)) return there ? { ...list, jobs: list.jobs.filter((j) => j.id !== job.id) } : list;
  if (there) return { ...list, jobs: list.jobs.map((j) => (j.id === job.id ? job : j)) };
  if (list.next !== null && job.id < list.next) return list;
  return { ...list, jobs: [...list.jobs, job].sort(newestFirst) };
}

const pageSize = 50;
const mostAtOnce = 200;
const afterTroubleMs = 5000;

async function page(show: Shown, before: string | null, limit: number, signal: AbortSignal): Promise<JobsPage> {
  return merged(await Promise.all(states[show].map((state) => jobsApi.list({ state, limit, before }, signal))), limit);
}

/** Hands on what comes in bursts a few times a second, the last of each id. */
export function gathered<T extends { id: string }>(take: (items: T[]) => void): { add(item: T): void; stop(): void } {
  const waiting = new Map<string, T>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    add(item) {
      waiting.set(item.id, item);
      timer ??= setTimeout(() => {
        timer = null;
        const items = [...waiting.values()];
        waiting.clear();
        take(items);
      }, 100);
    },
    stop: () => timer !== null && clearTimeout(timer),
  };
}

export interface JobList {
  list: JobsPage | null;
  problem: unknown;
  /** Asks for the next page; null while there is none, or it is under way. */
  more: (() => void) | null;
}

/** Jobs, newest first, page by page, kept true by what happens to them. */
export function useJobs(show: Shown): JobList {
  const [state, setState] = useState<{ list: JobsPage | null; problem: unknown; asking: boolean }>({ list: null, problem: null, asking: false });
  const turn = useStore(epoch, (n) => n);
  const early = useRef(new Map<string, Job>());
  const stop = useRef(new AbortController());
  const load = (before: JobsPage | null, limit: number) => {
    const { signal } = stop.current;
    early.current.clear();
    setState((s) => ({ ...s, asking: true }));
    page(show, before?.next ?? null, limit, signal).then(
      (got) =>
        setState((s) => {
          const list = { jobs: [...(before ? (s.list?.jobs ?? []) : []), ...got.jobs], next: got.next };
          return { list: [...early.current.values()].reduce((l, j) => withJob(l, j, show), list), problem: null, asking: false };
        }),
      (problem) => {
        if (signal.aborted) return;
        setState((s) => ({ ...s, problem, asking: false }));
        // An older page is asked for again by whoever wants it.
        if (before === null) setTimeout(() => signal.aborted || load(null, limit), afterTroubleMs);
      },
    );
  };
  useEffect(() => {
    // Before the live connection stands, a change could fall between the answer and the first event.
    if (turn === 0) return;
    stop.current = new AbortController();
    load(null, Math.min(mostAtOnce, Math.max(pageSize, state.list?.jobs.length ?? 0)));
    return () => stop.current.abort();
  }, [turn]);
  useEffect(() => {
    const gather = gathered<Job>((jobs) => setState((s) => (s.list === null ? s : { ...s, list: jobs.reduce((l, j) => withJob(l, j, show), s.list) })));
    const deaf = onEvent<Job>('jobs', (job) => {
      early.current.set(job.id, job);
      gather.add(job);
    });
    return () => {
      deaf();
      gather.stop();
    };
  }, []);
  const { list } = state;
  return { list, problem: state.problem, more: list?.next != null && !state.asking ? () => load(list, pageSize) : null };
}
