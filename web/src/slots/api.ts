// Slots as the node tells of them: GET /sources/{id}/slots and /sources/{id}/slots/days.
import { ask } from '../api';

export type SlotOutcome = 'ok' | 'unchanged' | 'stale' | 'invalid' | 'failed' | 'skipped' | 'paused' | 'missed';

export type Outcomes = Partial<Record<SlotOutcome, number>>;

/** Slots next to each other that ended alike; none goes over midnight UTC. */
export interface SlotRun {
  from: string;
  to: string;
  slots: number;
  everySeconds: number;
  revision: number;
  outcome: SlotOutcome;
  code: string | null;
  reason: string | null;
  frames: number;
}

export interface SlotList {
  from: string;
  to: string;
  slots: number;
  /** Whose outcome is not known yet. */
  open: number;
  frames: number;
  outcomes: Outcomes;
  runs: SlotRun[];
}

export interface SlotDay {
  day: string;
  slots: number;
  frames: number;
  outcomes: Outcomes;
}

const path = (source: string, from: number, to: number, what: string) =>
  `/sources/${encodeURIComponent(source)}/slots${what}?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;

export const slotsApi = {
  list: (source: string, from: number, to: number, signal: AbortSignal) => ask<SlotList>('GET', path(source, from, to, ''), undefined, signal),
  days: (source: string, from: number, to: number, signal: AbortSignal) =>
    ask<{ days: SlotDay[] }>('GET', path(source, from, to, '/days'), undefined, signal).then((answer) => answer.days),
};
