// What the pages report, in the event API's name.
import { reporter } from '../../eventing/report.ts';
import type { Level, Report } from '../../eventing/report.ts';

let written = reporter('event-api', 'info');

/** Nothing more verbose than this level is written from now on, in this process. */
export function reportUpTo(level: Level): void {
  written = reporter('event-api', level);
}

export const report: Report = (level, message, error) => written(level, message, error);
