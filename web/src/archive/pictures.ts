// Decoded pictures near the one that is looked at. The browser's own cache keeps the bytes
// (a frame's address never changes its content); this keeps the loading in order.

const kept = 60;
const atOnce = 4;

export class Pictures {
  private readonly ready = new Map<string, HTMLImageElement>();
  private readonly loading = new Map<string, HTMLImageElement>();
  private readonly failed = new Set<string>();
  private wanted: readonly string[] = [];

  constructor(private readonly onChange: (url: string) => void) {}

  get(url: string): HTMLImageElement | undefined {
    return this.ready.get(url);
  }

  hasFailed(url: string): boolean {
    return this.failed.has(url);
  }

  /** Makes what failed loadable again. */
  forgive(): void {
    this.failed.clear();
    this.pump();
  }

  /** Says what is wanted, the most urgent first. What is under way is let finish while there is room. */
  want(urls: readonly string[]): void {
    this.wanted = urls;
    this.pump();
  }

  dispose(): void {
    this.wanted = [];
    for (const url of [...this.loading.keys()]) this.cancel(url);
    this.ready.clear();
  }

  private pump(): void {
    const urgent = this.wanted[0];
    if (urgent !== undefined && this.loading.size >= atOnce && !this.loading.has(urgent) && !this.ready.has(urgent)) {
      const useless = [...this.loading.keys()].find((url) => !this.wanted.includes(url)) ?? [...this.loading.keys()].at(-1);
      if (useless !== undefined) this.cancel(useless);
    }
    for (const url of this.wanted) {
      if (this.loading.size >= atOnce) return;
      if (!this.ready.has(url) && !this.loading.has(url) && !this.failed.has(url)) this.load(url);
    }
  }

  private load(url: string): void {
    const image = new Image();
    this.loading.set(url, image);
    image.src = url;
    const end = (decoded: boolean) => {
      if (this.loading.get(url) !== image) return;
      this.loading.delete(url);
      if (decoded) this.keep(url, image);
      else this.failed.add(url);
      this.onChange(url);
      this.pump();
    };
    image.decode().then(
      () => end(true),
      () => end(false),
    );
  }

  private keep(url: string, image: HTMLImageElement): void {
    this.ready.set(url, image);
    for (const old of this.ready.keys()) {
      if (this.ready.size <= kept) break;
      if (!this.wanted.includes(old)) this.ready.delete(old);
    }
  }

  private cancel(url: string): void {
    const image = this.loading.get(url);
    this.loading.delete(url);
    // Without an address the browser gives the transfer up.
    if (image) image.removeAttribute('src');
  }
}
