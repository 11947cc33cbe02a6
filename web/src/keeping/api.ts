// What the archive uses and where that leads: GET /archive/usage.
import { ask } from '../api';

export interface SourceUsage {
  source: string;
  frames: number;
  bytes: number;
  perDay7Bytes: number;
  perDay30Bytes: number;
  perYearBytes: number;
  firstDay: string | null;
  keepDays: number | null;
  keepBytes: number | null;
}

export interface DayIntake {
  day: string;
  frames: number;
  bytes: number;
}

export interface Forecast {
  perDayBytes: number;
  perYearBytes: number;
  fullAt: string | null;
  /** The rule that keeps the disk from filling, or 'nothing comes in'. */
  keptLevelBy: string | null;
}

export interface Usage {
  freeBytes: number;
  totalBytes: number;
  frameBytes: number;
  assetBytes: number;
  quarantineBytes: number;
  incomingBytes: number;
  letGoBytes: number;
  sources: SourceUsage[];
  days: DayIntake[];
  forecast: Forecast;
}

export const keepingApi = {
  usage: (signal?: AbortSignal) => ask<Usage>('GET', '/archive/usage', undefined, signal),
};
