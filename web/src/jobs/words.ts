// Jobs and tasks in words; pure, so that list, graph and track say the same.
import { count } from '../ui/numbers';
import { age, dayMs, span, utcDay, utcSeconds } from '../ui/time';
import type { Job, JobState, JobTask, Progress, TaskState } from './api';

export const stateWords: Record<TaskState, string> = {
  waiting: 'Waiting',
  ready: 'Ready',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
};

const tones: Record<TaskState, string> = { waiting: 'idle', ready: 'next', running: 'busy', done: 'good', failed: 'bad', cancelled: 'idle', skipped: 'idle' };

export const unfinished: readonly JobState[] = ['waiting', 'ready', 'running'];

export const hasEnded = (it: { state: TaskState }) => !unfinished.includes(it.state as JobState);

/** The colour's name; what waits with a trouble of its own is late, not idle. */
export const toneOf = (it: { state: TaskState; trouble: string | null }) => (it.trouble !== null && !hasEnded(it) ? 'late' : tones[it.state]);

/** A state's word; while the node is gone, only what it was is known. */
export const stateWord = (it: { state: TaskState }, known: boolean) => (known || hasEnded(it) ? stateWords[it.state] : `Was ${stateWords[it.state].toLowerCase()}`);

/** 6 of 12 tasks done, 1 failed */
export function countsInWords({ counts: c }: Job): string {
  if (c.total === 1) return '1 task';
  const other = [c.failed > 0 && `${count(c.failed)} failed`, c.skipped > 0 && `${count(c.skipped)} skipped`, c.cancelled > 0 && `${count(c.cancelled)} cancelled`].filter(Boolean);
  const all = `${count(c.done)} of ${count(c.total)} tasks done`;
  return [all, ...other].join(', ');
}

/** How far a job is, from 0 to 1: as it says, or by its tasks. */
export const fractionOf = (job: Job) => clamped(job.progress?.fraction ?? (job.counts.total === 0 ? 0 : (job.counts.done + job.counts.skipped) / job.counts.total));

export const clamped = (part: number) => Math.max(0, Math.min(1, part));

/** 42 % — 100 % only where all is done. */
export const percent = (part: number) => `${part >= 1 ? 100 : Math.min(99, Math.floor(part * 100))} %`;

export const timeLeft = (progress: Progress | null) => (progress?.secondsLeft == null ? null : `about ${span(Math.max(1, Math.ceil(progress.secondsLeft)) * 1000)} left`);

const at = (time: string | null) => (time === null ? null : Date.parse(time));

/** How long something took, or has been taking; null where it has not begun. */
export function tookOf(it: { startedAt: string | null; endedAt: string | null }, now: number): string | null {
  const from = at(it.startedAt);
  if (from === null) return null;
  const took = (at(it.endedAt) ?? now) - from;
  return took < 9950 && it.endedAt !== null ? `${(Math.max(0, took) / 1000).toFixed(1)} s` : span(took);
}

/** 08:15:30 UTC, with its day where that is not today. */
export const instant = (time: number, now: number) => `${utcDay(time) === utcDay(now) ? '' : `${utcDay(time)} `}${utcSeconds(time)} UTC`;

/** in 42 s, at 08:15:30 UTC; null where the instant has passed. */
export function later(time: string | null, now: number): string | null {
  const then = at(time);
  if (then === null || then <= now) return null;
  return `in ${span(then - now + 999)}, at ${instant(then, now)}`;
}

/** When a job was asked for, as a list says it: 12 s ago, or its day. */
export const whenOf = (job: Job, now: number) => (now - Date.parse(job.createdAt) < dayMs ? age(Date.parse(job.createdAt), now) : utcDay(Date.parse(job.createdAt)));

/** What a task is doing in half a line, for its box. */
export function taskLine(task: JobTask, now: number): string {
  const took = tookOf(task, now);
  if (task.state === 'running') return task.progress?.fraction != null ? percent(clamped(task.progress.fraction)) : (took ?? '');
  if (hasEnded(task)) return task.state === 'skipped' ? '' : (took ?? '');
  const again = at(task.readyAt);
  // Seconds count only at the end.
  const coarse = again !== null && again - now > 60_000 ? 60_000 : 1000;
  if (again !== null && again > now) return `in ${span(Math.ceil((again - now) / coarse) * coarse)}`;
  return task.trouble !== null ? 'held up' : '';
}
