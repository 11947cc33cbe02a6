// What came in and cannot be used: GET /quarantine.
import { ask } from '../api';

export interface Unusable {
  source: string;
  /** With the source, its name. */
  file: string;
  /** Which instant it was to be. */
  time: string | null;
  /** Where it came from; null for an upload folder. */
  origin: string | null;
  code: string;
  message: string;
  bytes: number;
  sha256: string;
  receivedAt: string;
  /** Its bytes, as a download only: they are hostile, and are never shown. */
  url: string;
}

export interface UnusablePage {
  entries: Unusable[];
  next: string | null;
  /** How many there are in all, by source. */
  counts: Record<string, number>;
}

export const quarantineApi = {
  list: (source: string | null, limit: number, cursor: string | null, signal: AbortSignal) => {
    const query = new URLSearchParams({ limit: String(limit) });
    if (source !== null) query.set('source', source);
    if (cursor !== null) query.set('cursor', cursor);
    return ask<UnusablePage>('GET', `/quarantine?${query}`, undefined, signal);
  },
};
