import { counted } from '../ui/numbers';
import type { Outcomes, SlotOutcome, SlotRun } from './api';

/** From the best to the worst. */
export const outcomes: readonly SlotOutcome[] = ['ok', 'unchanged', 'skipped', 'paused', 'stale', 'invalid', 'failed', 'missed'];

export type Tone = 'good' | 'idle' | 'late' | 'bad';

const tones: Record<SlotOutcome, Tone> = { ok: 'good', unchanged: 'good', skipped: 'idle', paused: 'idle', stale: 'late', invalid: 'late', failed: 'bad', missed: 'bad' };

export const toneOf = (outcome: SlotOutcome): Tone => tones[outcome];

/** The worst that came; null where nothing did. */
export const worst = (counts: Outcomes): SlotOutcome | null => [...outcomes].reverse().find((o) => (counts[o] ?? 0) > 0) ?? null;

/** 140 unchanged, 4 failed */
export const inWords = (counts: Outcomes): string =>
  outcomes
    .filter((o) => (counts[o] ?? 0) > 0)
    .map((o) => `${counts[o]} ${o}`)
    .join(', ');

/** How many did not go well. */
export const troubled = (counts: Outcomes): number => outcomes.filter((o) => toneOf(o) !== 'good').reduce((sum, o) => sum + (counts[o] ?? 0), 0);

export const runInWords = (run: SlotRun): string =>
  `${counted(run.slots, 'slot')} ${run.outcome}${run.reason === null ? '' : `: ${run.reason}`}`;

/** The part of a run that lies in [start, end); null where none does. */
export function within(run: SlotRun, start: number, end: number): SlotRun | null {
  const from = Date.parse(run.from);
  const every = run.everySeconds * 1000;
  const first = Math.max(0, Math.ceil((start - from) / every));
  const last = Math.min(run.slots - 1, Math.ceil((end - from) / every) - 1);
  if (last < first) return null;
  const at = (k: number) => new Date(from + k * every).toISOString();
  return { ...run, from: at(first), to: at(last), slots: last - first + 1 };
}
