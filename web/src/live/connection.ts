// The live connection as a machine without a browser: everything it touches is handed in,
// so that silence, backoff and resuming can be tried with a made-up clock.

export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((text: string) => void) | null;
  onclose: (() => void) | null;
}

export interface Surroundings {
  open(): Socket;
  /** Monotonic enough for waiting, and true enough to be shown: milliseconds since 1970. */
  now(): number;
  after(milliseconds: number, action: () => void): () => void;
  random(): number;
  /** Why a connection failed cannot be seen from the socket: asks over plain HTTP. */
  probe(): Promise<'answers' | 'signed-out' | 'silent'>;
}

export interface LiveEvent {
  number: number;
  topic: string;
  at: string;
  data: unknown;
}

export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'live'; since: number; /** When the silence before this began, if there was one. */ lostAt: number | null }
  | { kind: 'lost'; since: number; /** null while a try is under way. */ retryAt: number | null }
  | { kind: 'signed-out' };

export interface Listener {
  state(state: LinkState): void;
  hello(resumed: boolean): void;
  event(event: LiveEvent): void;
  /** The node's own clock, as often as it says it. */
  nodeTime(at: string): void;
}

export const silenceMs = 12_000;
const helloMs = 6_000;
const firstDelayMs = 500;
const longestDelayMs = 15_000;

/** Full jitter over an upper half: never at once, never all pages together. */
export function delayBefore(attempt: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random;
}

export class Connection {
  private socket: Socket | null = null;
  private cancelTimer: (() => void) | null = null;
  private state: LinkState = { kind: 'connecting' };
  private attempt = 0;
  private lastHeard: number;
  private lostAt: number | null = null;
  private run: string | null = null;
  private number = 0;

  constructor(
    private readonly topics: readonly string[],
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {
    this.lastHeard = around.now();
  }

  /** Begins, or begins anew after signing in. */
  start(): void {
    this.attempt = 0;
    this.lastHeard = this.around.now();
    this.enter({ kind: 'connecting' });
    this.connect();
  }

  stop(): void {
    this.drop();
    this.setTimer(null, 0);
  }

  signedOut(): void {
    this.stop();
    this.lostAt = null;
    this.enter({ kind: 'signed-out' });
  }

  /** Tries at once when a try is pending; a live connection is judged by its silence. */
  nudge(): void {
    if (this.state.kind === 'lost') {
      if (this.state.retryAt === null) return;
      this.attempt = 0;
      this.connect();
    } else if (this.state.kind === 'live' && this.around.now() - this.lastHeard > silenceMs) {
      this.lose();
    }
  }

  private connect(): void {
    this.drop();
    if (this.state.kind === 'lost') this.enter({ ...this.state, retryAt: null });
    let socket: Socket;
    try {
      socket = this.around.open();
    } catch {
      this.lose();
      return;
    }
    this.socket = socket;
    socket.onopen = () =>
      socket.send(
        JSON.stringify({ subscribe: this.topics, after: this.run === null ? null : `${this.run}-${this.number}` }),
      );
    socket.onmessage = (text) => this.hear(text);
    socket.onclose = () => this.lose();
    this.setTimer(() => this.lose(), helloMs);
  }

  private hear(text: string): void {
    const message = JSON.parse(text) as { type: string; at?: string } & Record<string, unknown>;
    this.lastHeard = this.around.now();
    if (message.type === 'hello') {
      const resumed = message['resumed'] === true;
      this.run = String(message['run']);
      // When resumed, the events after our number are still to come: it moves with them.
      if (!resumed) this.number = Number(message['number']);
      this.attempt = 0;
      const lostAt = this.lostAt;
      this.lostAt = null;
      this.enter({ kind: 'live', since: this.lastHeard, lostAt });
      this.listener.hello(resumed);
    } else if (message.type === 'event') {
      const event = message as unknown as LiveEvent;
      if (event.number <= this.number) return;
      this.number = event.number;
      this.listener.event(event);
    } else if (message.type === 'ping' && message.at) {
      this.listener.nodeTime(message.at);
    }
    if (this.state.kind === 'live') this.watchSilence();
  }

  private watchSilence(): void {
    const left = this.lastHeard + silenceMs - this.around.now();
    this.setTimer(() => {
      // Timers of a hidden page come late; what was heard meanwhile counts.
      if (this.around.now() - this.lastHeard >= silenceMs) this.lose();
      else this.watchSilence();
    }, Math.max(0, left));
  }

  private lose(): void {
    this.drop();
    if (this.state.kind === 'signed-out') return;
    this.lostAt ??= this.lastHeard;
    const delay = delayBefore(this.attempt++, this.around.random());
    this.enter({ kind: 'lost', since: this.lostAt, retryAt: this.around.now() + delay });
    this.setTimer(() => this.connect(), delay);
    void this.around.probe().then((answer) => {
      if (answer === 'signed-out' && this.state.kind === 'lost') this.signedOut();
    });
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private setTimer(action: (() => void) | null, milliseconds: number): void {
    this.cancelTimer?.();
    this.cancelTimer = action ? this.around.after(milliseconds, action) : null;
  }

  private enter(state: LinkState): void {
    this.state = state;
    this.listener.state(state);
  }
}
