// A source's settings as a form holds them: all text, so that what is half typed stays as it is.

import type { Source, SourceConfig, SourceKind } from '../api';

export interface Draft {
  id: string;
  kind: SourceKind;
  url: string;
  folder: string;
  namePattern: string;
  keepFiles: boolean;
  timeFrom: string;
  every: string;
  unit: '1' | '60' | '3600';
  list: string;
  time: string;
  image: string;
  name: string;
  zone: string;
  window: string;
  latitude: string;
  longitude: string;
  margin: string;
  atLeast: string;
  jitter: string;
  expected: string;
  crops: string;
  keepDays: string;
  keepGiB: string;
  hosts: string;
  privateNetwork: boolean;
}

/** The members of a draft that are typed as text. */
export type Text = { [K in keyof Draft]: Draft[K] extends string ? (string extends Draft[K] ? K : never) : never }[keyof Draft];

export const blank: Draft = {
  id: '', kind: 'frames.index', url: '', folder: '', namePattern: '', keepFiles: false, timeFrom: '', every: '10', unit: '60',
  list: '/frames', time: '/time', image: '/image', name: '', zone: '', window: '', latitude: '', longitude: '', margin: '', atLeast: '',
  jitter: '', expected: '', crops: '', keepDays: '', keepGiB: '', hosts: '', privateNetwork: false,
};

/** The fields that say beside themselves what is wrong with them. */
export const places = new Set([
  'id', 'url', 'folder', 'namePattern', 'timeFrom', 'everySeconds', 'index.list', 'index.time', 'index.image', 'index.name', 'zone', 'window',
  'daylight', 'daylight.marginMinutes', 'daylight.atLeast', 'jitterSeconds', 'expectedFrames', 'crops', 'keepDays', 'keepBytes', 'allowedHosts',
]);

const gib = 1024 ** 3;
const text = (value: number | string | null | undefined) => (value === null || value === undefined ? '' : String(value));
const given = (value: string) => (value.trim() === '' ? null : value.trim());
const number = (value: string) => (value.trim() === '' ? null : Number(value));
const whole = (value: string) => (value.trim() === '' ? null : Math.round(Number(value)));

export function draftOf(source: Source): Draft {
  const unit = source.everySeconds % 3600 === 0 ? 3600 : source.everySeconds % 60 === 0 ? 60 : 1;
  const { index, daylight } = source;
  return {
    ...blank,
    id: source.id,
    kind: source.kind,
    url: source.url,
    folder: text(source.folder),
    namePattern: text(source.namePattern),
    keepFiles: source.keepFiles === true,
    timeFrom: text(source.timeFrom),
    every: String(source.everySeconds / unit),
    unit: String(unit) as Draft['unit'],
    ...(index && { list: index.list, time: index.time, image: index.image, name: text(index.name) }),
    zone: text(source.zone),
    window: text(source.window),
    ...(daylight && { latitude: text(daylight.latitude), longitude: text(daylight.longitude), margin: daylight.marginMinutes === 0 ? '' : text(daylight.marginMinutes), atLeast: text(daylight.atLeast) }),
    jitter: text(source.jitterSeconds),
    expected: text(source.expectedFrames),
    crops: (source.crops ?? []).join(' '),
    keepDays: text(source.keepDays),
    keepGiB: source.keepBytes === null ? '' : text(source.keepBytes / gib),
    hosts: source.allowedHosts.join(', '),
    privateNetwork: source.privateNetwork,
  };
}

/** What is sent: of each kind only what it has, so that what was typed for another does no harm. */
export function configOf(d: Draft): SourceConfig {
  const folder = d.kind === 'frames.folder';
  const crops = d.crops.split(/[\s,]+/).filter(Boolean);
  const byDay = d.latitude.trim() !== '' && d.longitude.trim() !== '';
  return {
    id: d.id.trim(),
    kind: d.kind,
    url: folder ? '' : d.url.trim(),
    everySeconds: Math.round(Number(d.every) * Number(d.unit)),
    index: d.kind === 'frames.index' ? { list: d.list, time: d.time, image: d.image, name: d.name === '' ? null : d.name } : null,
    allowedHosts: folder ? [] : d.hosts.split(/[\s,]+/).filter(Boolean),
    privateNetwork: !folder && d.privateNetwork,
    folder: folder ? given(d.folder) : null,
    namePattern: folder ? given(d.namePattern) : null,
    keepFiles: folder && d.keepFiles ? true : null,
    timeFrom: d.kind === 'frames.snapshot' ? given(d.timeFrom) : null,
    zone: given(d.zone),
    window: given(d.window),
    daylight: byDay ? { latitude: Number(d.latitude), longitude: Number(d.longitude), marginMinutes: whole(d.margin) ?? 0, atLeast: given(d.atLeast) } : null,
    jitterSeconds: whole(d.jitter),
    expectedFrames: whole(d.expected),
    crops: crops.length > 0 ? crops : null,
    keepDays: whole(d.keepDays),
    keepBytes: d.keepGiB.trim() === '' ? null : Math.round((number(d.keepGiB) ?? 0) * gib),
  };
}
