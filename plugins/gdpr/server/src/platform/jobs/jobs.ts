import type { Core } from '@strapi/types';

import { runAs } from '../unit-of-work';

/** One kind of background work. `runDue` does what is due now and says how much that was. */
export interface Job {
  readonly name: string;
  runDue(): Promise<number>;
}

/**
 * Runs background work inside this process: soon after something asks for it, and every `pollInterval` for what
 * another process left behind. What makes work safe on several nodes are the leases on its rows, not this timer.
 */
export class Jobs {
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly pollInterval: number,
  ) {}

  register(job: Job): void {
    this.jobs.push(job);
  }

  /** Begins polling. The timer keeps no process alive: a command line that loads Strapi still ends. */
  start(): void {
    if (this.timer !== null || this.stopped) return;
    this.timer = setInterval(() => this.kick(), this.pollInterval);
    this.timer.unref();
  }

  /** Looks for due work soon; calls during a run lead to one more run. */
  kick(): void {
    if (this.stopped) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    this.running = this.runUntilIdle().finally(() => {
      this.running = null;
      if (!this.again) return;
      this.again = false;
      this.kick();
    });
  }

  /** Does everything that is due now, and waits for it. */
  async drain(): Promise<void> {
    await this.settled();
    await this.runUntilIdle();
  }

  /** Ends polling and waits for the work under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.settled();
  }

  private async settled(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  /** One job's work may be another's: a processed subscription puts a mail into the outbox. */
  private async runUntilIdle(): Promise<void> {
    while ((await this.runAll()) > 0);
  }

  private async runAll(): Promise<number> {
    let done = 0;
    for (const job of this.jobs) {
      try {
        done += await runAs({ kind: 'job', name: job.name }, () => job.runDue());
      } catch (error) {
        // The rows keep their state, so the next round tries again. The message may hold bound values: only its kind.
        const kind = error instanceof Error ? error.name : typeof error;
        this.strapi.log.error(`gdpr: the job "${job.name}" failed (${kind}); it is tried again.`);
        this.strapi.log.debug(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    }
    return done;
  }
}
