import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../api';
import { epoch, onEvent } from '../live/node';
import { useStore } from '../ui/store';
import { jobsApi, type Job, type JobDetail, type JobEvent } from './api';

const shortestPauseMs = 200;
const afterTroubleMs = 5000;

/**
 * Reads again whenever asked to, never twice at once, and with pauses as long as a big answer needs:
 * a job of a thousand tasks changes faster than it can be read.
 */
export function paced(read: (signal: AbortSignal) => Promise<void>): { ask(): void; stop(): void } {
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wanted = false;
  let busy = false;
  const run = async () => {
    busy = true;
    wanted = false;
    timer = null;
    const began = performance.now();
    let pause = afterTroubleMs;
    try {
      await read(end.signal);
      pause = Math.max(shortestPauseMs, 4 * (performance.now() - began));
    } catch (reason) {
      // What is not there will not come; anything else is tried again.
      wanted ||= !(reason instanceof Problem && reason.status === 404);
    }
    if (end.signal.aborted) return;
    timer = setTimeout(() => {
      busy = false;
      if (wanted) void run();
    }, pause);
  };
  return {
    ask: () => (busy ? (wanted = true) : void run()),
    stop: () => {
      end.abort();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

export interface LoadedJob {
  job: JobDetail | null;
  problem: unknown;
  put: (job: JobDetail) => void;
}

/** One job with its tasks, as they are now. */
export function useJob(id: string): LoadedJob {
  const [state, setState] = useState<{ job: JobDetail | null; problem: unknown }>({ job: null, problem: null });
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    if (turn === 0) return;
    const reading = paced((signal) =>
      jobsApi.one(id, signal).then(
        (job) => setState({ job, problem: null }),
        (problem: unknown) => {
          if (!signal.aborted) setState((s) => ({ ...s, problem }));
          throw problem;
        },
      ),
    );
    const deaf = onEvent<Job>('jobs', (job) => {
      if (job.id !== id) return;
      // The event knows the job at once, but not its tasks.
      setState((s) => (s.job === null ? s : { ...s, job: { ...s.job, ...job } }));
      reading.ask();
    });
    reading.ask();
    return () => {
      deaf();
      reading.stop();
    };
  }, [id, turn]);
  return { ...state, put: (job) => setState({ job, problem: null }) };
}

const pageSize = 1000;
const kept = 10_000;

export interface Track {
  /** Newest first; of a very long track the newest only. */
  events: readonly JobEvent[];
  /** How many there are: they are numbered without gaps. */
  total: number;
  complete: boolean;
  problem: unknown;
}

/** What happened to a job, growing as more happens. */
export function useTrack(id: string): Track {
  const [track, setTrack] = useState<Track>({ events: [], total: 0, complete: false, problem: null });
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    if (turn === 0) return;
    // Beyond the state: the next reading begins where the last one ended, drawn or not.
    let seen = track.total;
    const reading = paced(async (signal) => {
      for (;;) {
        let page: JobEvent[];
        try {
          page = await jobsApi.track(id, seen, pageSize, signal);
        } catch (problem) {
          if (!signal.aborted) setTrack((t) => ({ ...t, problem }));
          throw problem;
        }
        const complete = page.length < pageSize;
        seen = page.at(-1)?.number ?? seen;
        const fresh = page.reverse();
        setTrack((t) => ({ events: [...fresh, ...t.events].slice(0, kept), total: seen, complete, problem: null }));
        if (complete) return;
      }
    });
    const deaf = onEvent<Job>('jobs', (job) => job.id === id && reading.ask());
    reading.ask();
    return () => {
      deaf();
      reading.stop();
    };
  }, [id, turn]);
  return track;
}
