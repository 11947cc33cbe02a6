import type { Frame } from '../../api';
import { createStore } from '../../ui/store';
import { Ticker } from '../../ui/ticker';
import { cropAt, type Crop } from '../make/crop';
import { find, type Found, type Wanted } from './find';

export interface Choice extends Wanted {
  crops: readonly Crop[];
  /** How wide a source's picture is painted at most. */
  width: number;
}

export interface Cell {
  frame: Frame;
  image: ImageBitmap;
}

export interface FilmState {
  instants: readonly number[];
  counted: number | null;
  /** How many are there to be shown, or are known to be none. */
  loaded: number;
  wanted: number;
  /** The one on the screen; −1 while there is none. */
  shown: number;
  playing: boolean;
  /** Pictures that did not load; each counts as missing. */
  lost: number;
  /** The node did not say which frames there are. */
  problem: unknown;
}

const blank: FilmState = { instants: [], counted: null, loaded: 0, wanted: 0, shown: -1, playing: false, lost: 0, problem: null };

/** What is known of no film. */
export const idle = createStore(blank);

const workers = 3;
/** A film that is only a part of its pictures is shown so many a second. */
export const samplesASecond = 12;

/** A film of the archived frames themselves, some of them: found, loaded and played, and let go as one. */
export class Film {
  readonly look = createStore(blank);
  private readonly stop = new AbortController();
  private found: Found | null = null;
  /** By instant, then by place; null where a source has none; 'out' where the picture is left out. */
  private readonly cells: ((Cell | null)[] | 'out' | 'loading' | undefined)[] = [];
  private readonly images = new Map<string, Promise<ImageBitmap>>();
  private readonly ticker = new Ticker(() => this.advance(), samplesASecond);

  constructor(private readonly choice: Choice) {}

  async start(playing: boolean): Promise<void> {
    try {
      this.found = await find(this.choice, this.stop.signal);
      const { instants, counted } = this.found;
      this.look.set((l) => ({ ...l, instants, counted, playing: playing && instants.length > 1 }));
      if (playing) this.ticker.wait();
      await Promise.all(Array.from({ length: workers }, () => this.work()));
    } catch (problem) {
      if (!this.stop.signal.aborted) this.look.set((l) => ({ ...l, problem }));
    }
  }

  /** What is painted at a place; with 'hold', the last one before, and before the first the first. */
  cell(index: number, place: number): Cell | null {
    const at = (i: number) => {
      const cells = this.cells[i];
      return Array.isArray(cells) ? (cells[place] ?? null) : null;
    };
    const here = at(index);
    if (here || this.choice.missing !== 'hold') return here;
    for (let i = index - 1; i >= 0; i--) if (at(i)) return at(i);
    for (let i = index + 1; i < this.cells.length; i++) if (at(i)) return at(i);
    return null;
  }

  seek(index: number): void {
    this.pause();
    this.go(index);
  }

  play(fps: number): void {
    this.ticker.fps = fps;
    const { instants, wanted, playing } = this.look.get();
    if (playing || instants.length < 2) return;
    if (wanted >= instants.length - 1) this.go(0);
    this.look.set((l) => ({ ...l, playing: true }));
    this.ticker.wait();
  }

  setSpeed(fps: number): void {
    this.ticker.fps = fps;
  }

  pause(): void {
    this.ticker.stop();
    this.look.set((l) => (l.playing ? { ...l, playing: false } : l));
  }

  dispose(): void {
    this.pause();
    this.stop.abort();
    this.look.set(blank);
    for (const image of this.images.values()) {
      image.then(
        (bitmap) => bitmap.close(),
        () => undefined,
      );
    }
  }

  private advance(): void {
    const { instants, wanted, shown } = this.look.get();
    if (wanted >= instants.length - 1) return this.pause();
    // A slow line makes the film slower: the next one begins when this one has been seen, or is known to be none.
    if (shown === wanted || this.cells[wanted] === 'out') this.go(wanted + 1);
    this.ticker.wait();
  }

  private go(index: number): void {
    const { instants } = this.look.get();
    const wanted = Math.max(0, Math.min(instants.length - 1, index));
    this.look.set((l) => ({ ...l, wanted, shown: this.nearestReady(wanted) }));
  }

  private nearestReady(index: number): number {
    const ready = (i: number) => Array.isArray(this.cells[i]);
    for (let by = 0; by < this.look.get().instants.length; by++) {
      if (ready(index - by)) return index - by;
      if (ready(index + by)) return index + by;
    }
    return -1;
  }

  private async work(): Promise<void> {
    for (let next = this.next(); next >= 0; next = this.next()) {
      this.cells[next] = 'loading';
      this.cells[next] = await this.load(next);
      if (this.stop.signal.aborted) return;
      this.look.set((l) => ({ ...l, loaded: l.loaded + 1, shown: this.nearestReady(l.wanted) }));
    }
  }

  /** What is looked at comes first, then a few of the whole range, then what follows. */
  private next(): number {
    const { instants, wanted } = this.look.get();
    const n = instants.length;
    const order = [wanted, ...Array.from({ length: Math.min(6, n) }, (_, i) => Math.floor((i * n) / 6)), ...Array.from({ length: n }, (_, i) => (wanted + i) % n)];
    return order.find((i) => i < n && this.cells[i] === undefined) ?? -1;
  }

  private async load(index: number): Promise<(Cell | null)[] | 'out'> {
    const at = this.look.get().instants[index] as number;
    try {
      const cells = await Promise.all(this.choice.ids.map((id, place) => this.loadCell(id, at, cropAt(this.choice.crops, place))));
      // Even pictures are of instants without any frame too.
      const none = this.choice.missing === 'skip' ? cells.some((c) => c === null) : !this.choice.even && cells.every((c) => c === null);
      return none ? 'out' : cells;
    } catch (problem) {
      if (!this.stop.signal.aborted) this.look.set((l) => ({ ...l, problem }));
      return 'out';
    }
  }

  private async loadCell(id: string, at: number, crop: Crop | null): Promise<Cell | null> {
    const frame = await this.found?.frame(id, at, this.stop.signal);
    if (!frame) return null;
    const key = crop ? `${frame.url} ${JSON.stringify(crop)}` : frame.url;
    const loading = this.images.get(key) ?? this.loadImage(frame, crop);
    this.images.set(key, loading);
    try {
      return { frame, image: await loading };
    } catch (reason) {
      if (this.stop.signal.aborted) throw reason;
      // A frame that cannot be used costs itself.
      this.look.set((l) => ({ ...l, lost: l.lost + 1 }));
      return null;
    }
  }

  private async loadImage(frame: Frame, crop: Crop | null): Promise<ImageBitmap> {
    const answer = await fetch(frame.url, { signal: this.stop.signal });
    if (!answer.ok) throw new Error(`The picture of ${frame.source} at ${frame.time} did not load (${answer.status}).`);
    const picture = await answer.blob();
    if (crop) return createImageBitmap(picture, crop.x, crop.y, crop.width, crop.height, this.within(crop));
    // A browser turns it as Exif says, so the size in which it is stored need not be the one in which it is seen.
    const whole = await createImageBitmap(picture);
    if (whole.width <= this.choice.width) return whole;
    const small = await createImageBitmap(whole, this.within(whole));
    whole.close();
    return small;
  }

  private within({ width, height }: { width: number; height: number }): ImageBitmapOptions {
    const by = this.choice.width / width;
    return by < 1 ? { resizeWidth: Math.round(width * by), resizeHeight: Math.round(height * by), resizeQuality: 'medium' } : {};
  }
}
