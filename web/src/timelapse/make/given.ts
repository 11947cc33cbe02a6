import { api, ask, at, type Asset, type Source, type TimelapseLook } from '../../api';
import { nodeNow } from '../../live/clock';
import { known } from '../../live/node';
import { schedulesApi } from '../api';
import { blank, draftOf, type Draft } from './draft';
import { newestDay, type Range } from './ranges';
import { never, repeatedRange, repeatOf, type Repeat } from './repeat';

/** What the form begins with. */
export interface Given {
  draft: Draft;
  range: Range;
  sidebar: Asset | null;
  repeat: Repeat;
  /** The schedule that is changed; null for a new one, and for a timelapse. */
  schedule: string | null;
}

export interface Wish {
  sources: string[];
  from: number | null;
  to: number | null;
  fps?: number | null;
  like?: string | null;
  schedule?: string | null;
}

/** What an address asks for: a timelapse that was made, a schedule that is there, or sources and range. */
export async function give(wish: Wish, sources: readonly Source[]): Promise<Given> {
  if (wish.schedule) {
    const schedule = await schedulesApi.get(wish.schedule);
    const repeat = repeatOf(schedule);
    return { ...(await looking(schedule.timelapse)), range: repeatedRange(repeat, nodeNow(), sources.find((s) => s.id === schedule.timelapse.sources[0])?.zone ?? null), repeat, schedule: schedule.name };
  }
  if (wish.like) {
    const made = known.get().timelapses?.find((t) => t.id === wish.like) ?? (await api.timelapse(wish.like));
    return { ...(await looking(made.asked)), range: { from: Date.parse(made.from), to: Date.parse(made.to) }, repeat: never, schedule: null };
  }
  const newest = newestOf(sources) ?? nodeNow();
  const chosen = wish.sources.length > 0 ? wish.sources : sources.length >= 4 ? sources.map((s) => s.id).slice(0, 4) : sources.map((s) => s.id).slice(0, 1);
  return {
    draft: { ...blank, sources: chosen, layout: chosen.length >= 4 ? 'quad' : chosen.length === 2 ? 'pair' : 'single', ...(wish.fps ? { fps: String(wish.fps) } : {}) },
    range: { ...newestDay(newest), ...(wish.from === null ? {} : { from: wish.from }), ...(wish.to === null ? {} : { to: Math.ceil(wish.to / 1000) * 1000 }) },
    sidebar: null,
    repeat: never,
    schedule: null,
  };
}

export function newestOf(sources: readonly Source[]): number | null {
  return Math.max(...sources.map((s) => (s.newest ? Date.parse(s.newest.time) : 0))) || null;
}

async function looking(look: TimelapseLook): Promise<{ draft: Draft; sidebar: Asset | null }> {
  return { draft: draftOf(look), sidebar: look.sidebar === null ? null : await ask<Asset>('GET', `/assets/${at(look.sidebar)}`) };
}
