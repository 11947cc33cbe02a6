// What a job's graph shows: its tasks, or, where they are too many to look at, groups of them. Pure.
import { count } from '../ui/numbers';
import type { Edge, JobDetail, JobTask, TaskState } from './api';
import { layersOf, type Layout } from './layers';
import { stateWords } from './words';

export const mostTasks = 150;

export interface Box {
  /** What the layout knows it by. */
  number: number;
  /** What the page knows it by: a task's name, or a group's layer and handler. */
  key: string;
  tasks: JobTask[];
  /** null for a single task. */
  group: { layer: number; handler: string } | null;
}

/** What asks for the reader's eye first: failures, then what runs. */
const urgency: readonly TaskState[] = ['failed', 'running', 'ready', 'waiting', 'cancelled', 'skipped', 'done'];

export const byUrgency = (a: JobTask, b: JobTask) => urgency.indexOf(a.state) - urgency.indexOf(b.state) || a.number - b.number;

export function boxesOf(job: JobDetail): { boxes: Box[]; edges: Edge[] } {
  if (job.tasks.length <= mostTasks) {
    return { boxes: job.tasks.map((t) => ({ number: t.number, key: t.name, tasks: [t], group: null })), edges: job.edges };
  }
  const layers = layersOf(job.tasks.map((t) => t.number), job.edges);
  const boxes = new Map<string, Box>();
  const boxOf = new Map<number, number>();
  for (const task of job.tasks) {
    const layer = (layers.get(task.number) ?? 0) + 1;
    const key = `${layer} × ${task.handler}`;
    const box = boxes.get(key) ?? { number: boxes.size, key, tasks: [], group: { layer, handler: task.handler } };
    box.tasks.push(task);
    boxes.set(key, box);
    boxOf.set(task.number, box.number);
  }
  const edges = new Map<string, Edge>();
  for (const edge of job.edges) {
    const [from, to] = [boxOf.get(edge.from), boxOf.get(edge.to)];
    if (from !== undefined && to !== undefined) edges.set(`${from} ${to}`, { from, to });
  }
  return { boxes: [...boxes.values()], edges: [...edges.values()] };
}

/** A group stands as its most urgent task does, and is done when all are. */
export const stateOf = (box: Box): JobTask => box.tasks.reduce((a, b) => (byUrgency(b, a) < 0 ? b : a));

/** How many tasks are in each state, the urgent first. */
export function tally(tasks: readonly JobTask[]): { state: TaskState; n: number }[] {
  return urgency.map((state) => ({ state, n: tasks.filter((t) => t.state === state).length })).filter(({ n }) => n > 0);
}

/** 9 failed, 9,990 done */
export const tallyInWords = (tasks: readonly JobTask[]) => tally(tasks).map(({ state, n }) => `${count(n)} ${stateWords[state].toLowerCase()}`).join(', ');

/** 955 done, 2 failed, 6 running: what fits into a box. */
export function groupLine(box: Box): string {
  const n = (state: TaskState) => box.tasks.filter((t) => t.state === state).length;
  const parts = (['failed', 'running'] as const).filter((s) => n(s) > 0).map((s) => `${count(n(s))} ${stateWords[s].toLowerCase()}`);
  return [`${count(n('done'))} done`, ...parts].join(', ');
}

/** What is looked at until something is chosen: what failed, else what runs, else what comes next, else the last. */
export function firstLook(boxes: readonly Box[]): Box | null {
  const [first] = [...boxes].sort((a, b) => byUrgency(stateOf(a), stateOf(b)));
  return first && stateOf(first).state === 'done' ? (boxes.at(-1) ?? null) : (first ?? null);
}

/** Where an arrow key leads: along a line, or to the neighbour in the same layer; null where there is nothing. */
export function step(layout: Layout, edges: readonly Edge[], from: number, key: string): number | null {
  const here = layout.places.get(from)?.y ?? 0;
  const nearest = (numbers: number[]) =>
    numbers.reduce<number | null>((best, n) => (best === null || away(n) < away(best) ? n : best), null);
  const away = (n: number) => Math.abs((layout.places.get(n)?.y ?? 0) - here);
  if (key === 'ArrowRight') return nearest(edges.filter((e) => e.from === from).map((e) => e.to));
  if (key === 'ArrowLeft') return nearest(edges.filter((e) => e.to === from).map((e) => e.from));
  const layer = layout.layers.find((l) => l.includes(from)) ?? [];
  if (key === 'ArrowDown') return layer[layer.indexOf(from) + 1] ?? null;
  if (key === 'ArrowUp') return layer[layer.indexOf(from) - 1] ?? null;
  if (key === 'Home') return layout.layers[0]?.[0] ?? null;
  if (key === 'End') return layout.layers.at(-1)?.at(-1) ?? null;
  return null;
}
