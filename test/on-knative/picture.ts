// Pods over time, one row a service, as an SVG that needs nothing else.
import type { Look } from './pods.ts';

export interface Moment {
  readonly at: number;
  readonly what: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const WIDTH = 1_000;
const RIGHT = 60;
const LEFT = 150;
const ROW = 56;
const TOP = 64;
const MINUTE = 60_000;

export function picture(
  looks: readonly Look[],
  moments: readonly Moment[],
  services: readonly string[],
): string {
  const span = { from: looks[0]!.at, to: looks.at(-1)!.at };
  const height = TOP + services.length * ROW + 30;
  const rows = services.map((service, index) => row(looks, service, { index, span }));
  const marks = moments.map(({ at, what }, index) => mark(xOf(at, span), what, { index, height }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...marks,
    ...rows,
    ...minutes(span, height),
    '</svg>',
    '',
  ].join('\n');
}

function xOf(at: number, { from, to }: Span): number {
  return Math.round((LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT)) * 10) / 10;
}

/** A filled step for ready pods, a line above it for those that are there at all. */
function row(
  looks: readonly Look[],
  service: string,
  { index, span }: { index: number; span: Span },
): string {
  const base = TOP + (index + 1) * ROW - 8;
  const most = Math.max(1, ...looks.map(({ there }) => there[service] ?? 0));
  const unit = (ROW - 16) / most;
  const heightOf = (count: number): number => Math.round((base - count * unit) * 10) / 10;
  // Only where the number changes; the rest of a step follows from that.
  const steps = (countOf: (look: Look) => number): string[] =>
    looks.flatMap((look, at) => {
      const before = looks[at - 1];
      const x = xOf(look.at, span);
      const same = before !== undefined && countOf(before) === countOf(look);
      if (same && at < looks.length - 1) return [];
      const from = before === undefined ? [] : [`${x},${heightOf(countOf(before))}`];
      return [...from, `${x},${heightOf(countOf(look))}`];
    });
  const ready = steps(({ ready: counts }) => counts[service] ?? 0);
  const there = steps(({ there: counts }) => counts[service] ?? 0);
  const [left, right] = [xOf(span.from, span), xOf(span.to, span)];
  return [
    `<text x="8" y="${base - 14}">${service}</text><text x="8" y="${base}" fill="#777">at most ${most}</text>`,
    `<polygon points="${left},${base} ${ready.join(' ')} ${right},${base}" fill="#5b8"/>`,
    `<polyline points="${there.join(' ')}" fill="none" stroke="#254" stroke-width="0.8"/>`,
    `<line x1="${left}" y1="${base}" x2="${right}" y2="${base}" stroke="#bbb"/>`,
  ].join('\n');
}

function mark(x: number, what: string, { index, height }: { index: number; height: number }): string {
  const y = 14 + (index % 4) * 13;
  return [
    `<line x1="${x}" y1="${y}" x2="${x}" y2="${height - 24}" stroke="#ccc" stroke-dasharray="3 3"/>`,
    `<text x="${x + 3}" y="${y}" fill="#444">${what}</text>`,
  ].join('\n');
}

function minutes(span: Span, height: number): string[] {
  const count = Math.floor((span.to - span.from) / MINUTE);
  const every = Math.max(1, Math.ceil(count / 15));
  return Array.from({ length: Math.floor(count / every) + 1 }, (_, index) => {
    const minute = index * every;
    return `<text x="${xOf(span.from + minute * MINUTE, span)}" y="${height - 8}" fill="#777">${minute} min</text>`;
  });
}
