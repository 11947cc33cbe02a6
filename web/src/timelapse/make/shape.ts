import type { Source } from '../../api';
import type { Size } from '../preview/paint';
import type { Crop } from './crop';
import type { Draft } from './draft';
import type { Range } from './ranges';

/** The size of each source's picture in the film: what was asked for, else the first source's after the crop, made even. */
export function cellOf(draft: Draft, first: Source | undefined, crop: Crop | null): Size {
  const asked = /^\s*(\d+)x(\d+)\s*$/.exec(draft.size);
  const [width, height] = asked ? [Number(asked[1]), Number(asked[2])] : [crop?.width ?? first?.newest?.width ?? 1280, crop?.height ?? first?.newest?.height ?? 720];
  const even = (n: number) => Math.max(16, Math.min(16384, n)) & ~1;
  return { width: even(width), height: even(height) };
}

/** Why the preview is empty; null where it is not. */
export function emptyWords(ids: readonly string[], range: Range | null, some: boolean, complete: boolean): string | null {
  if (!ids.every(Boolean)) return 'Choose the sources.';
  if (range === null || range.from >= range.to) return 'Choose a range.';
  return some || !complete ? null : 'There are no frames in this range.';
}

/** What the film does that the preview does not show. */
export function notesOf(draft: Draft): string[] {
  return draft.deflicker ? ['The film’s brightness is evened out; the preview’s is not.'] : [];
}
