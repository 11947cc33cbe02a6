import type { Frame } from '../api';
import { createStore } from '../ui/store';
import { Ticker } from '../ui/ticker';
import { Pictures } from './pictures';
import { nearest } from './times';

export interface Look {
  frames: readonly Frame[];
  /** Index of the frame asked for; −1 while there is none. */
  wanted: number;
  /** The frame whose picture is shown. Everything that names a time follows this one. */
  shown: Frame | null;
  image: HTMLImageElement | null;
  failed: boolean;
  playing: boolean;
}

const timeOf = (frame: Frame) => Date.parse(frame.time);

/** One source's frames, looked at one by one. A picture is shown only together with its own time. */
export class Viewer {
  readonly look = createStore<Look>({ frames: [], wanted: -1, shown: null, image: null, failed: false, playing: false });
  private readonly pictures = new Pictures((url) => this.pictureCame(url));
  private direction = 1;
  private readonly ticker = new Ticker(() => this.advance(), 10);

  /** Takes the frames of a day, or more of them; the frame looked at stays the same. */
  setFrames(frames: readonly Frame[]): void {
    const { wanted, frames: before } = this.look.get();
    const at = before[wanted];
    const same = at ? frames.findIndex((f) => f.url === at.url) : -1;
    // The same frame may come as another object: its address is its identity.
    this.look.set((l) => ({ ...l, frames, wanted: same, shown: frames.find((f) => f.url === l.shown?.url) ?? l.shown }));
    if (at && same < 0 && frames.length > 0) this.seek(nearest(frames, timeOf(at)));
    else this.prefetch();
  }

  seek(index: number): void {
    const { frames, wanted } = this.look.get();
    const to = Math.max(0, Math.min(frames.length - 1, index));
    const frame = frames[to];
    if (!frame) return;
    if (to !== wanted) this.direction = to < wanted ? -1 : 1;
    if (this.pictures.hasFailed(frame.url)) this.pictures.forgive();
    this.look.set((l) => ({ ...l, wanted: to, failed: false }));
    this.show(frame);
    this.prefetch();
  }

  seekTime(at: number): void {
    this.seek(nearest(this.look.get().frames, at));
  }

  step(by: number): void {
    this.pause();
    this.seek(this.look.get().wanted + by);
  }

  /** Tries once more what did not load. */
  retry(): void {
    this.look.set((l) => ({ ...l, failed: false }));
    this.pictures.forgive();
    this.prefetch();
  }

  play(fps: number): void {
    this.ticker.fps = fps;
    const { playing, frames, wanted } = this.look.get();
    if (playing || frames.length < 2) return;
    if (wanted >= frames.length - 1) this.seek(0);
    this.direction = 1;
    this.look.set((l) => ({ ...l, playing: true }));
    this.prefetch();
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
    this.pictures.dispose();
  }

  private advance(): void {
    const { frames, wanted, shown, failed } = this.look.get();
    if (wanted >= frames.length - 1) {
      this.pause();
      return;
    }
    // A slow line makes the film slower, never wrong: the next one begins when this one has been seen.
    if (failed || shown?.url === frames[wanted]?.url) this.seek(wanted + 1);
    this.ticker.wait();
  }

  private show(frame: Frame): boolean {
    const image = this.pictures.get(frame.url);
    if (image) this.look.set((l) => ({ ...l, shown: frame, image, failed: false }));
    return image !== undefined;
  }

  private pictureCame(url: string): void {
    const { frames, wanted, shown } = this.look.get();
    const target = frames[wanted];
    if (!target) return;
    if (target.url === url) {
      if (!this.show(target)) this.look.set((l) => ({ ...l, failed: true }));
      return;
    }
    // While a drag outruns the line, a picture nearer to the hand is better than the old one.
    if (!shown || shown.url === target.url) return;
    const came = frames.find((f) => f.url === url);
    const distance = (f: Frame) => Math.abs(timeOf(f) - timeOf(target));
    if (came && distance(came) < distance(shown)) this.show(came);
  }

  private prefetch(): void {
    const { frames, wanted, playing } = this.look.get();
    if (wanted < 0) return;
    const ahead = playing ? 16 : 6;
    const order = [wanted];
    for (let i = 1; i <= ahead; i++) {
      order.push(wanted + i * this.direction);
      if (i <= 2) order.push(wanted - i * this.direction);
    }
    this.pictures.want(order.map((i) => frames[i]?.url).filter((url) => url !== undefined));
  }
}
