// A picture of the timelapse as it will be, on a canvas.
import type { Layout } from '../../api';
import type { Cell } from './film';

export interface Size {
  width: number;
  height: number;
}

export interface Look {
  layout: Layout;
  /** Of each source's picture in the film. */
  cell: Size;
  /** Whether that is the size in which the first source's pictures are stored. */
  stored: boolean;
  fit: 'bars' | 'fill' | 'stretch';
  caption: string;
  clock: 'none' | 'utc' | 'local';
  /** The first source's, for the clock. */
  zone: string | null;
  sidebar: { size: Size; picture: CanvasImageSource | null } | null;
}

/** The widest that is painted: a preview is small, and many lie in memory. */
const widest = 800;

const grid = { single: [1, 1], pair: [2, 1], quad: [2, 2] } as const;

/** The size of the whole film. */
export function sizeOf({ layout, cell, sidebar }: Look): Size {
  const [columns, rows] = grid[layout];
  const height = cell.height * rows;
  return { width: cell.width * columns + (sidebar ? Math.round((sidebar.size.width * height) / sidebar.size.height) : 0), height };
}

/** The same where the first source's pictures are turned, as one of them shows: they make the film upright. */
export const upright = (look: Look, first: Cell | null): Look =>
  look.stored && first && first.image.width > first.image.height !== look.cell.width > look.cell.height ? { ...look, cell: { width: look.cell.height, height: look.cell.width } } : look;

/** How large a source's picture is painted. */
export const paintedWidth = (look: Look): number => Math.round(look.cell.width * Math.min(1, widest / sizeOf(look).width));

export function paint(canvas: HTMLCanvasElement, cells: readonly (Cell | null)[], look: Look, at: number): void {
  const whole = sizeOf(look);
  const scale = Math.min(1, widest / whole.width);
  const [width, height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
  // Setting a size clears, even where it is the same.
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return;
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  const [columns, rows] = grid[look.layout];
  const [w, h] = [look.cell.width * scale, look.cell.height * scale];
  for (let place = 0; place < columns * rows; place++) {
    const [x, y] = [(place % columns) * w, Math.floor(place / columns) * h];
    const cell = cells[place];
    if (cell) putImage(context, cell.image, x, y, w, h, look.fit);
    else {
      context.fillStyle = '#3a3f42';
      context.fillRect(x, y, w, h);
    }
  }
  if (look.sidebar) {
    context.fillStyle = '#10242c';
    context.fillRect(columns * w, 0, width - columns * w, height);
    if (look.sidebar.picture) context.drawImage(look.sidebar.picture, columns * w, 0, width - columns * w, height);
  }
  write(context, look, at, Math.max(12, Math.floor(whole.height / 28)) * scale, width, height);
}

function putImage(context: CanvasRenderingContext2D, image: ImageBitmap, x: number, y: number, w: number, h: number, fit: Look['fit']): void {
  const across = w / image.width;
  const down = h / image.height;
  if (fit === 'stretch' || Math.abs(across - down) < 0.002) return context.drawImage(image, x, y, w, h);
  const by = fit === 'fill' ? Math.max(across, down) : Math.min(across, down);
  const [iw, ih] = [image.width * by, image.height * by];
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  context.drawImage(image, x + (w - iw) / 2, y + (h - ih) / 2, iw, ih);
  context.restore();
}

/** Clock and caption as they are burned in: white in a dark box, at the bottom; lines are as high as their highest letters. */
function write(context: CanvasRenderingContext2D, look: Look, at: number, size: number, width: number, height: number): void {
  context.font = `${size}px 'DejaVu Sans', Verdana, sans-serif`;
  context.textBaseline = 'alphabetic';
  const box = (lines: readonly string[], right: boolean) => {
    const measures = lines.map((text) => context.measureText(text));
    const wide = Math.max(...measures.map((m) => m.width));
    const rise = Math.max(...measures.map((m) => m.actualBoundingBoxAscent));
    const line = rise + Math.max(...measures.map((m) => m.actualBoundingBoxDescent));
    const left = right ? width - wide - size / 2 : size / 2;
    const top = height - size / 2 - line * lines.length;
    context.fillStyle = 'rgb(0 0 0 / 50%)';
    context.fillRect(left - size / 4, top - size / 4, wide + size / 2, line * lines.length + size / 2);
    context.fillStyle = '#fff';
    lines.forEach((text, i) => context.fillText(text, left, top + line * i + rise));
  };
  if (look.caption.trim() !== '') box(look.caption.trim().split('\n'), false);
  const clock = clockText(look.clock, look.zone, at);
  if (clock !== null) box([clock], true);
}

/** What the burned in clock says of an instant. */
export function clockText(clock: Look['clock'], zone: string | null, at: number): string | null {
  if (clock === 'none') return null;
  const there = clock === 'local' && zone !== null && zone !== 'UTC' ? local(zone) : null;
  // Swedish writes 2026-11-22 08:15.
  return there ? there.format(at) : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function local(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  } catch {
    return null;
  }
}
