import { createStore } from './ui/store';
import { clockForAddress, clockFromAddress } from './ui/time';

export type Route =
  | { view: 'sources' }
  | { view: 'day'; source: string; day: string | null; at: number | null }
  | { view: 'timelapses'; id: string | null }
  | { view: 'make'; sources: string[]; from: number | null; to: number | null; fps?: number | null; like?: string | null; schedule?: string | null }
  | { view: 'schedules' }
  | { view: 'jobs'; show: Shown }
  | { view: 'job'; id: string; task: string | null }
  | { view: 'nodes' }
  | { view: 'keeping' }
  | { view: 'quarantine'; source: string | null }
  | { view: 'slots'; source: string; day: string | null };

/** Which jobs a list shows. */
export const shown = ['all', 'unfinished', 'failed', 'done'] as const;
export type Shown = (typeof shown)[number];

// An address may be typed by hand or cut off in the middle.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads an address; what it does not understand leads to the sources. */
export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view, a, b, c] = path.split('/').map(decoded);
  if (view === 'source' && a) {
    const day = b && /^\d{4}-\d\d-\d\d$/.test(b) ? b : null;
    return { view: 'day', source: a, day, at: day && c ? clockFromAddress(day, c) : null };
  }
  if (view === 'slots' && a) return { view: 'slots', source: a, day: b && /^\d{4}-\d\d-\d\d$/.test(b) ? b : null };
  if (view === 'timelapses' && a === 'new') {
    const q = new URLSearchParams(query);
    const instant = (name: string) => {
      const at = Date.parse(q.get(name) ?? '');
      return Number.isNaN(at) ? null : at;
    };
    const sources = (q.get('sources') ?? '').split(',').filter(Boolean);
    return { view: 'make', sources, from: instant('from'), to: instant('to'), fps: Number(q.get('fps')) || null, like: q.get('like'), schedule: q.get('schedule') };
  }
  if (view === 'timelapses' && a === 'schedules') return { view: 'schedules' };
  if (view === 'timelapses') return { view: 'timelapses', id: a || null };
  if (view === 'jobs' && a) return { view: 'job', id: a, task: b || null };
  if (view === 'jobs') return { view: 'jobs', show: shown.find((s) => s === new URLSearchParams(query).get('show')) ?? 'all' };
  if (view === 'nodes') return { view: 'nodes' };
  if (view === 'quarantine') return { view: 'quarantine', source: a || null };
  if (view === 'archive') return { view: 'keeping' };
  return { view: 'sources' };
}

/** The address of a view. */
export function address(to: Route): string {
  const part = encodeURIComponent;
  switch (to.view) {
    case 'sources':
      return '#/';
    case 'day': {
      const day = to.day ? `/${to.day}` : '';
      const clock = to.day && to.at !== null ? `/${clockForAddress(to.at)}` : '';
      return `#/source/${part(to.source)}${day}${clock}`;
    }
    case 'timelapses':
      return to.id ? `#/timelapses/${part(to.id)}` : '#/timelapses';
    case 'make': {
      const q: string[] = [];
      if (to.sources.length > 0) q.push(`sources=${to.sources.map(part).join(',')}`);
      if (to.from !== null) q.push(`from=${new Date(to.from).toISOString()}`);
      if (to.to !== null) q.push(`to=${new Date(to.to).toISOString()}`);
      if (to.fps) q.push(`fps=${to.fps}`);
      if (to.like) q.push(`like=${part(to.like)}`);
      if (to.schedule) q.push(`schedule=${part(to.schedule)}`);
      return `#/timelapses/new${q.length > 0 ? `?${q.join('&')}` : ''}`;
    }
    case 'schedules':
      return '#/timelapses/schedules';
    case 'jobs':
      return to.show === 'all' ? '#/jobs' : `#/jobs?show=${to.show}`;
    case 'job':
      return `#/jobs/${part(to.id)}${to.task === null ? '' : `/${part(to.task)}`}`;
    case 'nodes':
      return '#/nodes';
    case 'keeping':
      return '#/archive';
    case 'quarantine':
      return to.source === null ? '#/quarantine' : `#/quarantine/${part(to.source)}`;
    case 'slots':
      return `#/slots/${part(to.source)}${to.day ? `/${to.day}` : ''}`;
  }
}

export const route = createStore<Route>(parse(location.hash));

addEventListener('hashchange', () => route.set(parse(location.hash)));

export function go(to: Route): void {
  location.hash = address(to);
}

/** Changes the address without a step in the history and without drawing anew: scrubbing does it for every frame. */
export function note(to: Route): void {
  history.replaceState(null, '', address(to));
}
