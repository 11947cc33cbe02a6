// Shared links and repeating timelapses as the node tells of them.
import { ask, at, type Timelapse, type TimelapseLook } from '../api';

/** A secret address under which one asset is had by whoever knows it. */
export interface Link {
  id: string;
  /** Told once only, when it is made. */
  url: string | null;
  createdAt: string;
  expiresAt: string;
  /** The node listens on its own machine alone, and so does the link. */
  localOnly: boolean;
}

export type Every = 'day' | 'week' | 'month';

export interface ScheduleSettings {
  every: Every;
  /** The last so many days; null: the day, week or month that has ended. */
  days: number | null;
  zone: string | null;
  /** Where on the node the video is also put. */
  folder: string | null;
  paused: boolean;
  timelapse: TimelapseLook;
}

export interface Schedule extends ScheduleSettings {
  name: string;
  createdAt: string;
  nextAt: string | null;
  last: Timelapse | null;
}

const named = (name: string) => `/timelapse-schedules/${at(name)}`;

export const linksApi = {
  list: async (asset: string, signal: AbortSignal) => (await ask<{ links: Link[] }>('GET', `/assets/${at(asset)}/links`, undefined, signal)).links,
  make: (asset: string, expiresInSeconds: number) => ask<Link>('POST', `/assets/${at(asset)}/links`, { expiresInSeconds }),
  revoke: (id: string) => ask<void>('DELETE', `/links/${at(id)}`),
};

export const schedulesApi = {
  list: async (signal?: AbortSignal) => (await ask<{ schedules: Schedule[] }>('GET', '/timelapse-schedules', undefined, signal)).schedules,
  get: (name: string, signal?: AbortSignal) => ask<Schedule>('GET', named(name), undefined, signal),
  put: (name: string, settings: ScheduleSettings) => ask<Schedule>('PUT', named(name), settings),
  remove: (name: string) => ask<void>('DELETE', named(name)),
  run: (name: string) => ask<Timelapse>('POST', `${named(name)}/run`),
};

/** The settings alone: the node refuses what it would not read. */
export const settingsOf = ({ every, days, zone, folder, paused, timelapse }: Schedule): ScheduleSettings => ({ every, days, zone, folder, paused, timelapse });
