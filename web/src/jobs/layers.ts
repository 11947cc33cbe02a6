// A graph from left to right: which layer a task stands in, and where in it. Pure; lengths are in the caller's unit.
import type { Edge } from './api';

export interface Measures {
  width: number;
  height: number;
  /** Between two layers, for the lines. */
  across: number;
  /** Between two boxes of a layer. */
  between: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  /** The left upper corner of each box. */
  places: Map<number, Point>;
  /** By way of which points an edge runs, from the right side of one box to the left of the other. */
  lines: { edge: Edge; points: Point[] }[];
  layers: number[][];
}

/** The layer of each task: one more than the furthest of its parents. */
export function layersOf(numbers: readonly number[], edges: readonly Edge[]): Map<number, number> {
  const layer = new Map(numbers.map((n) => [n, 0]));
  const children = new Map<number, number[]>();
  const parentsLeft = new Map<number, number>();
  for (const { from, to } of edges) {
    if (!layer.has(from) || !layer.has(to)) continue;
    const of = children.get(from);
    if (of) of.push(to);
    else children.set(from, [to]);
    parentsLeft.set(to, (parentsLeft.get(to) ?? 0) + 1);
  }
  const free = numbers.filter((n) => !parentsLeft.has(n));
  for (let i = 0; i < free.length; i++) {
    const n = free[i] as number;
    for (const child of children.get(n) ?? []) {
      layer.set(child, Math.max(layer.get(child) ?? 0, (layer.get(n) ?? 0) + 1));
      const left = (parentsLeft.get(child) ?? 0) - 1;
      parentsLeft.set(child, left);
      if (left === 0) free.push(child);
    }
  }
  return layer;
}

// A box, or (without a task) a place where a long edge passes through a layer.
interface Slot {
  task: number | null;
  layer: number;
  y: number;
  before: Slot[];
  after: Slot[];
}

const sweeps = 6;

// Where nearly all hang together, guiding each line through each layer would cost more than it shows.
const mostPassages = 4000;

const mean = (slots: readonly Slot[]) => slots.reduce((sum, s) => sum + s.y, 0) / slots.length;

/** Longest-path layers, ordered by barycentres so that few lines cross, then pulled straight. */
export function layOut(numbers: readonly number[], edges: readonly Edge[], m: Measures): Layout {
  const layerOf = layersOf(numbers, edges);
  const slots = new Map<number, Slot>();
  const layers: Slot[][] = [];
  const put = (layer: number, task: number | null) => {
    const slot: Slot = { task, layer, y: 0, before: [], after: [] };
    (layers[layer] ??= []).push(slot);
    return slot;
  };
  for (const n of numbers) slots.set(n, put(layerOf.get(n) ?? 0, n));
  const chains: { edge: Edge; chain: Slot[] }[] = [];
  const reach = ({ from, to }: Edge) => (layerOf.get(to) ?? 0) - (layerOf.get(from) ?? 0);
  const guided = edges.reduce((sum, e) => sum + Math.max(0, reach(e) - 1), 0) <= mostPassages;
  for (const edge of edges) {
    const [from, to] = [slots.get(edge.from), slots.get(edge.to)];
    if (!from || !to) continue;
    const chain = [from];
    for (let l = from.layer + 1; guided && l < to.layer; l++) chain.push(put(l, null));
    chain.push(to);
    chain.slice(1).forEach((slot, i) => {
      slot.before.push(chain[i] as Slot);
      (chain[i] as Slot).after.push(slot);
    });
    chains.push({ edge, chain });
  }

  const tall = (s: Slot) => (s.task === null ? m.between : m.height);
  const order = (layer: Slot[], side: 'before' | 'after') => {
    // What has no neighbour there keeps its place; the others share out theirs.
    const wish = new Map(layer.filter((s) => s[side].length > 0).map((s) => [s, mean(s[side])]));
    const sorted = [...wish].sort(([, a], [, b]) => a - b);
    let next = 0;
    layer.forEach((s, i) => wish.has(s) && (layer[i] = (sorted[next++] as [Slot, number])[0]));
    stack(layer);
  };
  // One below the other, around 0.
  const stack = (layer: Slot[]) => {
    const whole = layer.reduce((sum, s) => sum + tall(s) + m.between, -m.between);
    let y = -whole / 2;
    for (const s of layer) {
      s.y = y + tall(s) / 2;
      y += tall(s) + m.between;
    }
  };
  // Each as near as the others let it to the middle of its neighbours; the order stays.
  const pull = (layer: Slot[], side: 'before' | 'after') => {
    const wish = layer.map((s) => (s[side].length > 0 ? mean(s[side]) : s.y));
    const gap = (i: number) => (tall(layer[i - 1] as Slot) + tall(layer[i] as Slot)) / 2 + m.between;
    const down = [...wish];
    for (let i = 1; i < down.length; i++) down[i] = Math.max(down[i] as number, (down[i - 1] as number) + gap(i));
    const up = [...wish];
    for (let i = up.length - 2; i >= 0; i--) up[i] = Math.min(up[i] as number, (up[i + 1] as number) - gap(i + 1));
    // Both keep the distances, so their middle does.
    layer.forEach((s, i) => (s.y = ((down[i] as number) + (up[i] as number)) / 2));
  };

  layers.forEach(stack);
  const forth = layers.slice(1);
  const back = layers.slice(0, -1).reverse();
  for (let i = 0; i < sweeps; i++) {
    for (const layer of forth) order(layer, 'before');
    for (const layer of back) order(layer, 'after');
  }
  for (let i = 0; i < sweeps; i++) {
    for (const layer of forth) pull(layer, 'before');
    for (const layer of back) pull(layer, 'after');
  }
  for (const layer of forth) pull(layer, 'before');

  const all = layers.flat();
  const top = Math.min(...all.map((s) => s.y - tall(s) / 2));
  const bottom = Math.max(...all.map((s) => s.y + tall(s) / 2));
  const x = (layer: number) => layer * (m.width + m.across);
  return {
    width: Math.max(0, x(layers.length) - m.across),
    height: all.length === 0 ? 0 : bottom - top,
    places: new Map(numbers.map((n) => [n, { x: x(layerOf.get(n) ?? 0), y: (slots.get(n)?.y ?? 0) - m.height / 2 - top }])),
    lines: chains.map(({ edge, chain }) => ({ edge, points: chain.flatMap((s, i) => pointsOf(s, i, chain.length)) })),
    layers: layers.map((layer) => layer.flatMap((s) => s.task ?? [])),
  };

  // Through a layer a line runs straight, as a box does.
  function pointsOf(s: Slot, i: number, length: number): Point[] {
    const left = x(s.layer);
    const y = s.y - top;
    const [enter, leave] = [{ x: left, y }, { x: left + m.width, y }];
    return i === 0 ? [leave] : i === length - 1 ? [enter] : [enter, leave];
  }
}

const short = (n: number) => String(Math.round(n * 100) / 100);

/** Lines as an SVG path: level where they meet a box, bent between. */
export function pathThrough(points: readonly Point[]): string {
  return points
    .map((p, i) => {
      const q = points[i - 1];
      if (!q) return `M${short(p.x)} ${short(p.y)}`;
      if (q.y === p.y) return `H${short(p.x)}`;
      const middle = short((p.x + q.x) / 2);
      return `C${middle} ${short(q.y)} ${middle} ${short(p.y)} ${short(p.x)} ${short(p.y)}`;
    })
    .join('');
}
