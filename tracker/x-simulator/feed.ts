// Plays a script against the clock: an item is due when its time has come, whether or not anybody listens.
import type { Clock } from './clock.ts';
import type { Item, Script } from './script.ts';

export interface Feed {
  pause(): void;
  resume(): void;
  /** plays `factor` times as fast as the script says */
  speed(factor: number): void;
  stop(): void;
}

/** `at` is when the item was due, in ms since 1970. */
export type Play = (item: Item, at: number) => void;

// At high rates several items are played at once; more often would only cost.
const SHORTEST_WAIT_MS = 5;
// After a longer stop of the whole process (a laptop asleep) the time between is skipped, not played at once.
const LONGEST_DELAY_MS = 1000;

export function startFeed(clock: Clock, script: Script, play: Play): Feed {
  let stop: (() => void) | undefined;
  let due = clock.now();
  let time = due;
  let factor = 1;
  const start = (): void => {
    stop?.();
    stop = clock.after(Math.max(SHORTEST_WAIT_MS, due - time), tick);
  };
  const tick = (): void => {
    stop = undefined;
    // A wall clock that is set back must not make ids fall.
    time = Math.max(time, clock.now());
    due = Math.max(due, time - LONGEST_DELAY_MS);
    while (due <= time) {
      const item = script(due);
      if (item === undefined) return;
      play(item, due);
      due += item.gapMs / factor;
    }
    start();
  };
  const pause = (): void => {
    stop?.();
    stop = undefined;
  };
  start();
  return {
    pause,
    resume() {
      time = Math.max(time, clock.now());
      due = Math.max(due, time);
      start();
    },
    speed(wanted) {
      factor = wanted;
      if (stop === undefined) return;
      // What was due far away at the old speed would keep the new one waiting.
      time = Math.max(time, clock.now());
      due = Math.min(due, time);
      start();
    },
    stop: pause,
  };
}
