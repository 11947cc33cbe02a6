import type { Matter, SourceConfig, SourceKind } from '../api';
import { bytes } from '../ui/numbers';
import { schedule } from '../ui/time';

export const kindWords: Record<SourceKind, string> = { 'frames.index': 'List of frames', 'frames.snapshot': 'Picture', 'frames.folder': 'Folder' };

// The worst first.
const matters: Record<string, string> = {
  certificate_changed: 'Other certificate',
  frozen: 'Frozen',
  wrong_clock: 'Wrong clock',
  slow_line: 'Slow line',
  few_frames: 'Few frames',
  crop: 'Crop fails',
};

export const matterWord = (code: string) => matters[code] ?? code.replaceAll('_', ' ');

const weight = (code: string) => (Object.keys(matters).indexOf(code) + 1 || 99);

/** What is the matter, the worst first. */
export const worstFirst = (list: Matter[]) => [...list].sort((a, b) => weight(a.code) - weight(b.code));

type Hours = Pick<SourceConfig, 'window' | 'zone' | 'daylight'>;

/** In which hours: 06:00-20:00 Europe/Lisbon, by day; null where at all. */
export function hoursInWords({ window, zone, daylight }: Hours): string | null {
  const parts = [
    window && (window.includes(' ') ? window : `${window} ${zone ?? 'UTC'}`),
    daylight && `by day${daylight.marginMinutes > 0 ? ` ±${daylight.marginMinutes} min` : ''}`,
    daylight?.atLeast && `at least ${daylight.atLeast.includes(' ') ? daylight.atLeast : `${daylight.atLeast} UTC`}`,
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(', ');
}

/** every 10 min, by day */
export const whenInWords = (source: Hours & Pick<SourceConfig, 'everySeconds'>) => [`every ${schedule(source.everySeconds)}`, hoursInWords(source)].filter(Boolean).join(', ');

/** 90 days, 500 GB at most; null where everything is kept. */
export function keptInWords({ keepDays, keepBytes }: Pick<SourceConfig, 'keepDays' | 'keepBytes'>): string | null {
  const parts = [keepDays !== null && `${keepDays} ${keepDays === 1 ? 'day' : 'days'}`, keepBytes !== null && `${bytes(keepBytes)} at most`].filter(Boolean);
  return parts.length === 0 ? null : parts.join(', ');
}
