import type { Timelapse } from '../api';
import { dayInShort, utcDay, utcMinutes } from '../ui/time';

export const stateWords = { queued: 'Queued', running: 'Being made', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;

export const toneOf = (t: Timelapse) => ({ queued: 'idle', running: 'busy', done: 'good', failed: 'bad', cancelled: 'idle' })[t.state];

/** 22 Nov 08:15 – 18:00, or with both days where it spans several. */
export function rangeInWords(from: number, to: number): string {
  const year = utcDay(from).slice(0, 4) === utcDay(to).slice(0, 4) ? '' : ` ${utcDay(from).slice(0, 4)}`;
  const end = utcDay(from) === utcDay(to) ? utcMinutes(to) : `${dayInShort(to)} ${utcMinutes(to)}`;
  return `${dayInShort(from)}${year} ${utcMinutes(from)} – ${end} UTC`;
}
