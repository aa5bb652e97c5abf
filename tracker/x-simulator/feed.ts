// Plays a script against the clock: an item is due when its time has come, whether or not anybody listens.
import type { Item, Script } from './script.ts';

export interface Feed {
  pause(): void;
  resume(): void;
  stop(): void;
}

/** `at` is when the item was due, in ms since 1970. */
export type Play = (item: Item, at: number) => void;

// At high rates several items are played at once; more often would only cost.
const SHORTEST_WAIT_MS = 5;
// After a longer stop of the whole process (a laptop asleep) the time between is skipped, not played at once.
const LONGEST_DELAY_MS = 1000;

export function startFeed(script: Script, play: Play): Feed {
  let timer: NodeJS.Timeout | undefined;
  let due = Date.now();
  let clock = due;
  const tick = (): void => {
    // A wall clock that is set back must not make ids fall.
    clock = Math.max(clock, Date.now());
    due = Math.max(due, clock - LONGEST_DELAY_MS);
    while (due <= clock) {
      const item = script(due);
      if (item === undefined) return;
      play(item, due);
      due += item.gapMs;
    }
    timer = setTimeout(tick, Math.max(SHORTEST_WAIT_MS, due - clock));
  };
  const stop = (): void => clearTimeout(timer);
  timer = setTimeout(tick, 0);
  return {
    pause: stop,
    resume() {
      stop();
      due = Math.max(due, Date.now());
      timer = setTimeout(tick, 0);
    },
    stop,
  };
}
