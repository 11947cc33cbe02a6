import type { Format, Layout, TimelapseLook } from '../../api';

/** How fast it goes, in one of four ways. */
export type Speed = 'fps' | 'secondsPerDay' | 'seconds' | 'every';

/** What a person has chosen of how it looks, as fields hold it. */
export interface Draft {
  layout: Layout;
  /** As many as fit the largest layout: going to a smaller one and back loses nothing. */
  sources: string[];
  speed: Speed;
  fps: string;
  secondsPerDay: string;
  seconds: string;
  every: string;
  even: boolean;
  missing: 'hold' | 'skip' | 'slate';
  daylight: boolean;
  clock: 'none' | 'utc' | 'local';
  caption: string;
  crop: string;
  size: string;
  fit: 'bars' | 'fill' | 'stretch';
  deflicker: boolean;
  format: Format;
  preset: string;
  crf: string;
  depth: string;
  parameters: string;
}

export const blank: Draft = {
  layout: 'single',
  sources: [],
  speed: 'fps',
  fps: '24',
  secondsPerDay: '10',
  seconds: '30',
  every: '600',
  even: false,
  missing: 'hold',
  daylight: false,
  clock: 'none',
  caption: '',
  crop: '',
  size: '',
  fit: 'bars',
  deflicker: false,
  format: 'mp4',
  preset: '',
  crf: '',
  depth: '8',
  parameters: '',
};

export const slotsOf = (layout: Layout) => ({ single: 1, pair: 2, quad: 4 })[layout];

/** The sources by their places; '' where none was chosen. */
export const placesOf = (draft: Draft): string[] => Array.from({ length: slotsOf(draft.layout) }, (_, i) => draft.sources[i] ?? '');

/** Whether pictures lie at even distances in time. */
export const isEven = (draft: Draft): boolean => draft.speed === 'every' || (draft.speed !== 'fps' && draft.even);

const text = (value: string) => (value.trim() === '' ? null : value.trim());
const number = (value: string) => (value.trim() === '' ? null : Number(value));

export function lookOf(draft: Draft, sidebar: string | null): Required<TimelapseLook> {
  const given = (speed: Speed) => (draft.speed === speed ? number(draft[speed]) : null);
  return {
    sources: placesOf(draft),
    layout: draft.layout,
    fps: Number(draft.fps),
    pace: isEven(draft) ? 'even' : 'frames',
    secondsPerDay: given('secondsPerDay'),
    seconds: given('seconds'),
    every: given('every'),
    missing: draft.missing,
    daylight: draft.daylight,
    clock: draft.clock,
    caption: text(draft.caption),
    crop: text(draft.crop),
    size: text(draft.size),
    fit: draft.fit,
    deflicker: draft.deflicker,
    sidebar,
    format: draft.format,
    preset: text(draft.preset),
    crf: number(draft.crf),
    depth: Number(draft.depth),
    parameters: text(draft.parameters),
  };
}

/** The fields of what was asked for before. */
export function draftOf(look: TimelapseLook): Draft {
  const speed: Speed = look.every ? 'every' : look.seconds ? 'seconds' : look.secondsPerDay ? 'secondsPerDay' : 'fps';
  return {
    ...blank,
    layout: look.layout,
    sources: look.sources,
    speed,
    fps: String(look.fps),
    ...(speed === 'fps' ? {} : { [speed]: String(look[speed]) }),
    even: look.pace === 'even',
    missing: look.missing ?? blank.missing,
    daylight: look.daylight ?? false,
    clock: look.clock ?? blank.clock,
    caption: look.caption ?? '',
    crop: look.crop ?? '',
    size: look.size ?? '',
    fit: look.fit ?? blank.fit,
    deflicker: look.deflicker ?? false,
    format: look.format ?? blank.format,
    preset: look.preset ?? '',
    crf: look.crf == null ? '' : String(look.crf),
    depth: String(look.depth ?? 8),
    parameters: look.parameters ?? '',
  };
}
