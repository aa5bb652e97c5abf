// How numbers, times and spans are written for a person. Pure; everything is UTC and says so.
import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const thin = (text: string): string => text.replaceAll(',', '\u202f');

/** `12 345` with thin spaces that do not break. */
export function count(value: number): string {
  return thin(whole.format(value));
}

/** A rate: one decimal below ten, whole above, so that it does not flicker. */
export function rate(value: number): string {
  return thin((value < 10 ? short : whole).format(value));
}

/** `1 post`, `2 posts`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/** `22 Nov 2026, 14:02 UTC`; days alone are written without a time. */
export function instant(ms: number, precision: 'minute' | 'day' = 'minute'): string {
  return precision === 'day' ? day.format(ms) : `${dayAndTime.format(ms)} UTC`;
}

/** `14:02:31` */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** The two largest units of a span: `2 h 5 min`, `39 s`; what is shorter than a second, in words. */
export function span(ms: number): string {
  if (ms < SECOND) return 'under 1 s';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return two(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return two(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return two(ms, [DAY, 'd'], [HOUR, 'h']);
}

type Unit = readonly [ms: number, name: string];

function two(ms: number, large: Unit, small: Unit): string {
  const first = Math.floor(ms / large[0]);
  const second = Math.floor((ms % large[0]) / small[0]);
  return `${first} ${large[1]}${second === 0 ? '' : ` ${second} ${small[1]}`}`;
}

/** An instant: absolute in UTC as it is served, relative and kept right by the page's script. */
export function moment(ms: number): Html {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return html`at an unknown time`;
  return html`<time datetime="${date.toISOString()}" data-relative>${instant(ms)}</time>`;
}
