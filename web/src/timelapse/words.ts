import type { TimelapseLook, Timelapse } from '../api';
import { dayInShort, span, utcDay, utcMinutes } from '../ui/time';

export const stateWords = { queued: 'Queued', running: 'Being made', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;

export const toneOf = (t: Timelapse) => ({ queued: 'idle', running: 'busy', done: 'good', failed: 'bad', cancelled: 'idle' })[t.state];

/** 22 Nov 08:15 – 18:00, or with both days where it spans several. */
export function rangeInWords(from: number, to: number): string {
  const year = utcDay(from).slice(0, 4) === utcDay(to).slice(0, 4) ? '' : ` ${utcDay(from).slice(0, 4)}`;
  const end = utcDay(from) === utcDay(to) ? utcMinutes(to) : `${dayInShort(to)} ${utcMinutes(to)}`;
  return `${dayInShort(from)}${year} ${utcMinutes(from)} – ${end} UTC`;
}

/** 21 Nov – 27 Nov: whole days, the last one as well. */
export function daysInWords(from: number, to: number): string {
  const [first, last] = [dayInShort(from), dayInShort(to - 1)];
  return first === last ? first : `${first} – ${last}`;
}

export const layoutWords = { single: 'one source', pair: 'two side by side', quad: 'four as quads' } as const;

/** How fast a timelapse goes: 24 frames a second · a day lasts 10 s · a picture every 10 min. */
export function paceInWords(look: TimelapseLook): string {
  const even = look.pace === 'even' ? ', even in time' : '';
  if (look.secondsPerDay) return `a day lasts ${look.secondsPerDay} s${even}`;
  if (look.seconds) return `all lasts ${look.seconds} s${even}`;
  return look.every ? `a picture every ${span(look.every * 1000)}, ${look.fps} a second` : `${look.fps} frames a second`;
}

const missingWords = { hold: null, skip: 'left out', slate: 'a grey field' } as const;
const formatWords = { mp4: 'MP4 (H.264)', h265: 'MP4 (H.265)', av1: 'MP4 (AV1)', webm: 'WebM (VP9)', gif: 'GIF' } as const;

/** What was asked for, name by name; null where it is as usual. */
export function askedInWords(look: TimelapseLook): [string, string | null][] {
  const encoder = [formatWords[look.format ?? 'mp4'], look.preset, look.crf == null ? null : `crf ${look.crf}`, look.depth && look.depth !== 8 ? `${look.depth} bits` : null, look.parameters];
  return [
    ['Layout', layoutWords[look.layout]],
    ['Speed', paceInWords(look)],
    ['Crop', look.crop],
    ['Size of each', look.size ?? null],
    ['Other shapes', look.fit === 'fill' ? 'fill' : look.fit === 'stretch' ? 'stretched' : null],
    ['Missing', missingWords[look.missing ?? 'hold']],
    ['Night', look.daylight ? 'left out' : null],
    ['Caption', look.caption ?? null],
    ['Clock', look.clock === 'utc' ? 'UTC' : look.clock === 'local' ? 'local' : null],
    ['Brightness', look.deflicker ? 'evened out' : null],
    ['Sidebar', look.sidebar === null ? null : 'at the right'],
    ['Format', encoder.filter(Boolean).join(', ')],
  ];
}
