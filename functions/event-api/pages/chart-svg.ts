// Bars as SVG without text, so that it stretches; its labels and its table are HTML around it.
import { html } from 'hono/html';
import { scaleTop } from './chart.ts';
import type { Bar, Series } from './chart.ts';
import { count, counted, instant, span } from './format.ts';
import type { Html } from './format.ts';

const WIDTH = 1200;
const HEIGHT = 240;
const DAY = 86_400_000;
const NARROWEST_GAP = 4;

/** A bar chart with axes, gaps as shaded bands, and the same as a table. `now` marks the bar that still grows. */
export function chart(shown: Series, now: number): Html {
  const total = shown.bars.reduce((sum, { tweets }) => sum + tweets, 0);
  const highest = shown.bars.reduce((most, { tweets }) => Math.max(most, tweets), 0);
  const top = scaleTop(highest);
  const label = `${counted(total, 'post')} from ${instant(shown.from)} to ${instant(shown.to)}, in bars of ${span(shown.step)}; at most ${count(highest)} in one bar; ${counted(shown.gaps.length, 'gap')}.`;
  return html`<figure class="chart">
    <div class="plot">
      <ol class="scale" aria-hidden="true">
        <li>${count(top)}</li>
        <li>${count(top / 2)}</li>
        <li>0</li>
      </ol>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
        ${shown.gaps.map((gap) => band(shown, gap))}
        <path
          class="grid"
          vector-effect="non-scaling-stroke"
          d="M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}"
        ></path>
        ${shown.bars.map((bar, index) => column(shown, bar, { index, top, now }))}
        <path class="base" vector-effect="non-scaling-stroke" d="M0 ${HEIGHT - 0.5}H${WIDTH}"></path>
      </svg>
      ${timeAxis(shown)}
    </div>
    ${caption(shown, total)} ${table(shown)}
  </figure>`;
}

function band(shown: Series, gap: Series['gaps'][number]): Html {
  const scale = WIDTH / (shown.to - shown.from);
  const x = (gap.from - shown.from) * scale;
  const width = Math.max(NARROWEST_GAP, (gap.to - gap.from) * scale);
  const text = `Gap from ${instant(gap.from)} to ${instant(gap.to)}: ${gap.reason}`;
  const place = html`x="${short(x)}" y="0" width="${short(width)}"`;
  return html`<g>
    <title>${text}</title>
    <rect class="gap" ${place} height="${HEIGHT}"></rect>
    <rect class="gap-top" ${place} height="${HEIGHT / 40}"></rect>
  </g>`;
}

interface Place {
  readonly index: number;
  readonly top: number;
  readonly now: number;
}

function column(shown: Series, bar: Bar, { index, top, now }: Place): Html {
  const width = WIDTH / shown.bars.length;
  const height = bar.tweets === 0 ? 0 : Math.max(2, (bar.tweets / top) * HEIGHT);
  const growing = now >= bar.start && now < bar.start + shown.step;
  const x = short(index * width);
  return html`<g class="${growing ? 'bar growing' : 'bar'}">
    <title>${timeOf(bar.start, shown.step)}: ${counted(bar.tweets, 'post')}</title>
    <rect class="reach" x="${x}" y="0" width="${short(width)}" height="${HEIGHT}"></rect>
    <rect
      x="${short(index * width + width * 0.1)}"
      y="${short(HEIGHT - height)}"
      width="${short(width * 0.8)}"
      height="${short(height)}"
    ></rect>
  </g>`;
}

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** The start of a bar: with the time of day unless bars are whole days. */
function timeOf(start: number, step: number): string {
  return instant(start, step < DAY ? 'minute' : 'day');
}

function timeAxis(shown: Series): Html {
  const quarter = (shown.to - shown.from) / 4;
  const marks = [0, 1, 2, 3, 4].map((n) => shown.from + n * quarter);
  const long = shown.to - shown.from > 2 * DAY;
  const sameDay = instant(shown.from, 'day') === instant(shown.to - 1, 'day');
  return html`<ol class="times" aria-hidden="true">
    ${marks.map((mark) => html`<li>${axisLabel(mark, long, sameDay)}</li>`)}
  </ol>`;
}

function axisLabel(mark: number, long: boolean, sameDay: boolean): string {
  if (long) return instant(mark, 'day');
  const time = new Date(mark).toISOString().slice(11, 16);
  return sameDay ? time : `${instant(mark, 'day').replace(/ \d{4}$/, '')}, ${time}`;
}

function caption(shown: Series, total: number): Html {
  const none = total === 0 ? 'No posts in this time. ' : '';
  const bars = `${none}One bar is ${span(shown.step)}. Times are UTC.`;
  const range =
    instant(shown.from, 'day') === instant(shown.to - 1, 'day') ? ` ${instant(shown.from, 'day')}.` : '';
  return html`<figcaption>
    <span>${bars}${range}</span>
    ${
      shown.gaps.length === 0
        ? ''
        : html`<span class="key"
            ><svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
              <rect class="gap" width="16" height="16"></rect>
              <rect class="gap-top" width="16" height="4"></rect></svg
            >Gap: posts may be missing</span
          >`
    }
  </figcaption>`;
}

function table(shown: Series): Html {
  const rows = shown.bars.filter(({ tweets }) => tweets > 0);
  return html`<details class="as-table" id="chart-table">
    <summary>Show these numbers as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Posts over time as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">From (UTC)</th>
            <th scope="col">Posts in ${span(shown.step)}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ start, tweets }) =>
              html`<tr>
                <th scope="row">${timeOf(start, shown.step)}</th>
                <td>${count(tweets)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Minutes as a line without axes; what it says stands in words beside it. */
export function sparkline(hour: readonly number[]): Html {
  const [width, height] = [240, 48];
  const top = Math.max(4, ...hour);
  const points = hour.map((tweets, index) => {
    const x = (index * width) / (hour.length - 1);
    return `${short(x)} ${short(height - 1 - (tweets / top) * (height - 4))}`;
  });
  const line = `M${points.join('L')}`;
  return html`<svg
    class="spark"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path class="area" d="${line}L${width} ${height}L0 ${height}Z"></path>
    <path class="line" vector-effect="non-scaling-stroke" d="${line}"></path>
  </svg>`;
}
