// One stored post as HTML. Everything in it is a stranger's text: escaped, isolated in its own direction, never a source of images.
import { html } from 'hono/html';
import type { TweetRow } from '../../../sql/tweet.ts';
import { moment } from './format.ts';
import type { Html } from './format.ts';

const MOST_LINKS = 3;
// X writes these for "no language": a browser would take them for one.
const NO_LANGUAGE = /^(?:und|zxx|q[a-z]{2}|art)$/;

/** Sorts like the store does: newest minute first, then the larger id. */
export function sortKey({ bucket, t_id: id }: TweetRow): string {
  return `${String(bucket).padStart(15, '0')}-${id.padStart(20, '0')}`;
}

export function tweet(row: TweetRow): Html {
  return html`<article class="post" id="post-${row.t_id}" data-key="${sortKey(row)}">
    <p class="when">${when(row)}</p>
    <div class="said">
      <p class="who">${author(row)}${marks(row)}</p>
      <p class="text" dir="auto" ${language(row.t_lang)}><span>${row.t_text}</span></p>
      ${footer(row)}
    </div>
  </article>`;
}

function when(row: TweetRow): Html {
  return moment(row.t_created_at ?? row.bucket);
}

function author({ u_name: name, u_screen_name: handle }: TweetRow): Html {
  if (name === undefined && handle === undefined) return html`<span class="nobody">Unknown author</span>`;
  return html`${name === undefined ? '' : html`<bdi class="name">${name}</bdi> `}${
    handle === undefined ? '' : html`<bdi class="handle">@${handle}</bdi>`
  }`;
}

function marks(row: TweetRow): Html {
  const is: [string, boolean][] = [
    ['Repost', row.t_is_a_retweet === true || row.t_retweeted_id !== undefined],
    ['Quote', row.t_quoted_id !== undefined],
    ['Reply', row.t_reply_to_id !== undefined],
    ['Edited', row.t_edit_of !== undefined],
    ['Found by search', row.via === 'search'],
  ];
  return html`${is.filter(([, holds]) => holds).map(([name]) => html` <span class="mark">${name}</span>`)}`;
}

function language(tag: string | undefined): Html | '' {
  const usable = tag !== undefined && /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag) && !NO_LANGUAGE.test(tag);
  return usable ? html`lang="${tag}"` : '';
}

function footer(row: TweetRow): Html | '' {
  const links = linksOf(row);
  if (links.length === 0 && !row.event_kw) return '';
  return html`<p class="beside">
    ${row.event_kw ? html`<span class="matched">Matched <bdi>${row.event_kw}</bdi></span>` : ''}
    ${links.map(({ href, text }) => html`<a href="${href}" rel="noreferrer noopener nofollow">${text}</a>`)}
  </p>`;
}

interface Link {
  readonly href: string;
  readonly text: string;
}

/** At most three links, only to web pages; the words say where they lead. */
function linksOf(row: TweetRow): Link[] {
  const original = row.source === 'x' ? [`https://x.com/i/web/status/${row.t_id}`] : [];
  const media = row.media_url === undefined ? [] : [row.media_url];
  return [
    ...original.map((href) => ({ href, text: 'On X' })),
    ...media.flatMap((url) => webLink(url, 'Media: ')),
    ...(row.urls ?? []).flatMap((url) => webLink(url, '')),
  ].slice(0, MOST_LINKS);
}

function webLink(url: string, before: string): Link[] {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return [];
  return [{ href: parsed.href, text: `${before}${parsed.hostname}` }];
}
