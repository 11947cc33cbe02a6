import type { Frame } from '../api';
import { utcMinutes } from '../ui/time';
import { paceOf, timesOf } from './times';

export interface Scene {
  frames: readonly Frame[];
  /** What of the day is to be seen, in milliseconds since 1970. */
  from: number;
  to: number;
  /** Nothing can have come after this. */
  now: number;
  everySeconds: number;
  marks: { in: number | null; out: number | null };
}

const minute = 60_000;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].map((m) => m * minute);

/** Draws hours, one tick per frame, water where capture was on schedule, and hatching where it was not. */
export function draw(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext('2d');
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (!context || width === 0) return;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);

  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const x = (at: number) => ((at - scene.from) / (scene.to - scene.from)) * width;
  const top = 20;
  const bottom = height - 1;

  context.fillStyle = colour('--water');
  const covered = stretches(scene);
  for (const [from, to] of covered) context.fillRect(x(from), top + 8, Math.max(1, x(to) - x(from)), bottom - top - 8);
  hatch(context, gaps(scene, covered).map(([from, to]) => [x(from), x(to)]), top + 8, bottom, colour('--line-2'));
  hours(context, scene, x, width, top, bottom, { line: colour('--line-2'), text: colour('--ink-3'), font: style.fontFamily, size: parseFloat(style.fontSize) });

  context.fillStyle = colour('--tide');
  const thick = Math.max(1, Math.min(2, (width / Math.max(1, scene.frames.length)) * 0.3));
  let last = -1;
  for (const time of timesOf(scene.frames)) {
    const at = Math.round(x(time) * ratio) / ratio;
    // Ticks on the same pixel are one tick.
    if (at === last || at < 0 || at > width) continue;
    last = at;
    context.fillRect(at - thick / 2, top + 14, thick, bottom - top - 14);
  }
  context.fillStyle = colour('--ink-3');
  context.fillRect(0, bottom, width, 1);

  const { in: from, out: to } = scene.marks;
  if (from !== null || to !== null) {
    context.fillStyle = colour('--magenta-wash');
    const left = from === null ? 0 : x(from);
    const right = to === null ? width : x(to);
    context.fillRect(left, top, right - left, bottom - top);
  }
}

/** Ranges where each frame followed the one before within three times the usual time. */
function stretches(scene: Scene): [number, number][] {
  // The schedule, or the site's own pace where that is slower than it is asked.
  const usual = Math.max(scene.everySeconds * 1000, paceOf(scene.frames));
  const list: [number, number][] = [];
  for (const at of timesOf(scene.frames)) {
    const last = list.at(-1);
    if (last && at - last[1] <= usual * 3) last[1] = at;
    else list.push([at, at]);
  }
  // A frame stands until the next was due; the last one a little longer, for the next may be on its way.
  return list.map(([from, to], i) => [from, Math.min(to + usual * (i === list.length - 1 && scene.now - to < usual * 3 ? 3 : 1), Math.max(scene.now, to))]);
}

/** What lies between the stretches, as far as time has come. */
function gaps(scene: Scene, covered: [number, number][]): [number, number][] {
  const list: [number, number][] = [];
  let end = scene.from;
  for (const [from, to] of covered) {
    if (from > end) list.push([end, from]);
    end = Math.max(end, to);
  }
  const until = Math.min(scene.to, scene.now);
  if (until > end) list.push([end, until]);
  return list;
}

function hatch(context: CanvasRenderingContext2D, ranges: number[][], top: number, bottom: number, colour: string): void {
  context.save();
  context.beginPath();
  for (const [left = 0, right = 0] of ranges) context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.strokeStyle = colour;
  context.beginPath();
  const width = context.canvas.clientWidth;
  for (let at = -bottom; at < width; at += 6) {
    context.moveTo(at, bottom);
    context.lineTo(at + bottom - top, top);
  }
  context.stroke();
  context.restore();
}

function hours(
  context: CanvasRenderingContext2D,
  scene: Scene,
  x: (at: number) => number,
  width: number,
  top: number,
  bottom: number,
  paint: { line: string; text: string; font: string; size: number },
): void {
  const perMs = width / (scene.to - scene.from);
  const step = steps.find((s) => s * perMs >= paint.size * 4.6) ?? (steps.at(-1) as number);
  context.font = `${paint.size}px ${paint.font}`;
  context.textBaseline = 'top';
  const first = Math.ceil(scene.from / step) * step;
  let free = 0;
  for (let at = first; at <= scene.to; at += step) {
    const place = Math.min(width - 0.5, Math.round(x(at)) + 0.5);
    context.fillStyle = paint.line;
    context.fillRect(place - 0.5, top, 1, bottom - top);
    // The end of the day is 24:00, not the next day's 00:00.
    const text = at === scene.to && at % (1440 * minute) === 0 ? '24:00' : utcMinutes(at);
    const wide = context.measureText(text).width;
    const left = Math.max(0, Math.min(width - wide, place - wide / 2));
    // At both ends the words move inwards; what they would touch stays without.
    if (left < free || (at !== scene.to && left + wide > width - wide * 1.2 && at + step === scene.to)) continue;
    free = left + wide + 6;
    context.fillStyle = paint.text;
    context.fillText(text, left, 2);
  }
}
