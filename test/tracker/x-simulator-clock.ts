// A clock in the test's hand, for the simulator and for whoever reads it: days of timers in seconds, in their order.
import type { Clock } from '../../tracker/x-simulator/clock.ts';

export interface ManualClock extends Clock {
  /** Lets `ms` pass. What is due is done in its order; between two moments sockets get their turn. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** `turns` of the event loop between two moments: enough for a request to 127.0.0.1 to be answered is about 20. */
export function manualClock(start: number, turns = 20): ManualClock {
  let time = start;
  let order = 0;
  const timers = new Set<Timer>();
  const breathe = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done));
  };
  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      const isSooner = first === undefined || timer.at < first.at;
      if (isSooner || (timer.at === first!.at && timer.order < first!.order)) first = timer;
    }
    return first;
  };
  return {
    now: () => time,
    after(ms, work) {
      const timer = { at: time + Math.max(0, ms), order: order++, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = time + ms;
      await breathe();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        if (timer.at > time) await breathe();
        time = Math.max(time, timer.at);
        if (timers.delete(timer)) timer.work();
      }
      time = until;
      await breathe();
    },
  };
}
