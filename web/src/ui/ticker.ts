/** Asks for the next picture of a film, one at a time. */
export class Ticker {
  private tick: ReturnType<typeof setTimeout> | null = null;

  /** @param fps Pictures a second, from the next one on. */
  constructor(
    private readonly next: () => void,
    public fps: number,
  ) {}

  /** The next one in its time. */
  wait(): void {
    this.tick = setTimeout(this.next, 1000 / this.fps);
  }

  stop(): void {
    if (this.tick !== null) clearTimeout(this.tick);
    this.tick = null;
  }
}
