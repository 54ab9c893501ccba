/**
 * What changed, as what to read again: at once, then not more often than its pause allows, however much happens.
 * Keeps one entry for each thing that rests, and nothing of what happened. Knows nothing of React.
 */

/** A query's key, e.g. `["orders"]` or `["order", id]`. */
export type Topic = readonly string[];

export interface Reader {
  /** True while it is being read, or nobody would see it: it is looked at again after its pause. */
  isBusy(topic: Topic): boolean;
  read(topic: Topic): void;
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

interface Rest {
  timer: number;
  /** Something changed since it was read. */
  isStale: boolean;
}

export class Refresher {
  readonly #resting = new Map<string, Rest>();

  constructor(
    private readonly reader: Reader,
    private readonly pauseMs: (topic: Topic) => number,
  ) {}

  /** Something about `topic` changed. */
  note(topic: Topic): void {
    const rest = this.#resting.get(topic.join(" "));
    if (rest) rest.isStale = true;
    else this.#look(topic);
  }

  stop(): void {
    for (const { timer } of this.#resting.values()) this.reader.clearTimeout(timer);
    this.#resting.clear();
  }

  #look(topic: Topic): void {
    const isBusy = this.reader.isBusy(topic);
    if (!isBusy) this.reader.read(topic);
    const timer = this.reader.setTimeout(() => this.#wake(topic), this.pauseMs(topic));
    this.#resting.set(topic.join(" "), { timer, isStale: isBusy });
  }

  #wake(topic: Topic): void {
    const isStale = this.#resting.get(topic.join(" "))?.isStale;
    this.#resting.delete(topic.join(" "));
    if (isStale) this.#look(topic);
  }
}
