import type { Source } from '../api';
import { age, span, utcDay, utcSeconds } from '../ui/time';
import { matterWord, worstFirst } from './words';

export type Tone = 'good' | 'late' | 'bad' | 'idle';

export interface Condition {
  tone: Tone;
  /** One word for the card's corner. */
  word: string;
  /** Why, and since when; null where there is nothing to explain. */
  reason: string | null;
  /** Frames come as they should, but something is the matter with it. */
  odd?: boolean;
}

/** A frame is late when its source's schedule expected several newer ones; closed hours are nobody's fault. */
export const isLate = (source: Source, now: number) => source.newest !== null && source.lateAt !== null && now > Date.parse(source.lateAt);

const instant = (at: number, now: number) =>
  `${utcDay(at) === utcDay(now) ? '' : `${utcDay(at)} `}${utcSeconds(at)} UTC`;

/** How a source is doing, judged at one instant. */
export function conditionOf(source: Source, now: number): Condition {
  const { outcome, at, failures } = source.status;
  // What is said as a matter of its own is not said twice.
  const told = source.conditions.some((c) => source.status.message?.startsWith(c.message));
  const message = told ? null : source.status.message;
  if (source.paused) return { tone: 'idle', word: 'Paused', reason: null };
  if (outcome === 'failed' || outcome === 'invalid') {
    const what = outcome === 'failed' ? 'Failed' : 'Unusable answer';
    const times = failures > 1 ? `, ${failures} times in a row` : '';
    const when = at === null ? '' : ` at ${instant(Date.parse(at), now)}`;
    return { tone: 'bad', word: outcome === 'failed' ? 'Failed' : 'Invalid', reason: `${what}${times}, last${when}${told ? '.' : `: ${message ?? 'no reason given'}`}` };
  }
  if (source.newest === null) {
    return outcome === null
      ? { tone: 'idle', word: 'Waiting', reason: 'Not polled yet.' }
      : { tone: 'late', word: 'Empty', reason: message ?? 'It answered, but no frame has come yet.' };
  }
  if (outcome === 'stale') {
    return { tone: 'late', word: 'Stale', reason: message ?? `The site’s newest frame is ${age(Date.parse(source.newest.time), now)}.` };
  }
  if (isLate(source, now)) {
    return { tone: 'late', word: 'Late', reason: message ?? `No new frame for ${span(now - Date.parse(source.newest.time))}.` };
  }
  const [matter] = worstFirst(source.conditions);
  if (matter) return { tone: 'late', word: matterWord(matter.code), reason: null, odd: true };
  return { tone: 'good', word: 'Fresh', reason: null };
}
