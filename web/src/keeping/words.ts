import { bytes } from '../ui/numbers';
import { span, utcDay } from '../ui/time';
import type { Forecast, SourceUsage } from './api';

const rules: Record<string, string> = {
  keepDays: 'what the sources keep by age',
  keepBytes: 'what the sources keep by size',
  'archive.most': 'the bound on all frames (archive.most)',
  'archive.keepFree': 'the space that is kept free (archive.keepFree)',
};

/** Where the disk is heading, in a sentence; and how urgent that is. */
export function outlook(f: Forecast, now: number): { tone: string; text: string } {
  if (f.fullAt !== null) {
    const full = Date.parse(f.fullAt);
    const left = full - now;
    const tone = left < 14 * 86_400_000 ? 'bad' : left < 60 * 86_400_000 ? 'late' : 'good';
    return { tone, text: left <= 0 ? 'The disk is full.' : `At this rate the disk is full on ${utcDay(full)}, in ${span(left)}.` };
  }
  if (f.keptLevelBy === 'nothing comes in') return { tone: 'idle', text: 'Nothing has come in for thirty days.' };
  if (f.keptLevelBy !== null) return { tone: 'good', text: `The disk does not fill: ${rules[f.keptLevelBy] ?? f.keptLevelBy} holds it level.` };
  return { tone: 'good', text: 'At this rate the disk lasts for more than a century.' };
}

export function keeps(s: SourceUsage): string {
  const said = [s.keepDays !== null && `${s.keepDays} days`, s.keepBytes !== null && bytes(s.keepBytes)].filter(Boolean);
  return said.length === 0 ? 'all' : said.join(', ');
}
