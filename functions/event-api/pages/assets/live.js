// Brings a served page to life: adds posts, replaces numbers, keeps times relative. The page works without it.
// HTML comes only from our own server, where every post's text was escaped; it is parsed in an inert <template>.

const MOST_POSTS = 50;
const SLIDE_AT_MOST = 5;
const ANNOUNCE_EVERY_MS = 20_000;

const byId = (id) => document.getElementById(id);
const address = document.body.dataset.live;
const posts = byId('posts');

let source;
let held = false;
let mark = '';
let fresh = 0;

function connect() {
  if (source || held || document.hidden) return;
  const url = new URL(address, location.href);
  if (mark !== '') url.searchParams.set('after', mark);
  source = new EventSource(url);
  source.addEventListener('open', () => say('Live', 'live'));
  source.addEventListener('error', () => say('Reconnecting', 'away'));
  listen('posts', ({ html }) => add(html));
  listen('replace', ({ id, html }) => replace(id, html));
  listen('trouble', () => say('The database does not answer', 'away'));
  listen('still', () => say('Live', 'live'));
}

function listen(name, act) {
  source.addEventListener(name, (message) => {
    mark = message.lastEventId;
    if (name !== 'trouble') say('Live', 'live');
    act(JSON.parse(message.data));
  });
}

function disconnect() {
  source?.close();
  source = undefined;
}

function say(text, state) {
  const pulse = byId('pulse');
  pulse.hidden = false;
  pulse.className = `pulse ${state}`;
  if (pulse.textContent !== text) pulse.textContent = text;
}

function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  relate(template.content);
  return template.content;
}

/** Newest first by their keys; what the page has already is left out. */
function add(html) {
  if (!posts) return;
  const known = (post) => byId(post.id) !== null;
  const arrived = [...parse(html).querySelectorAll('.post')].filter((post) => !known(post));
  for (const post of arrived.toReversed()) {
    if (arrived.length <= SLIDE_AT_MOST) post.classList.add('arriving');
    const older = [...posts.children].find((there) => there.dataset.key < post.dataset.key);
    posts.insertBefore(post, older ?? null);
  }
  const beyond = [...posts.children].slice(MOST_POSTS);
  for (const post of beyond) if (!post.contains(document.activeElement)) post.remove();
  byId('no-posts')?.remove();
}

/** What came for a part while the keyboard was inside; drawn when it has left. */
const waiting = new Map();

function drawWaiting() {
  const late = [...waiting];
  waiting.clear();
  for (const [id, html] of late) replace(id, html);
}

/** Keeps what a reader has opened. */
function replace(id, html) {
  const part = byId(id);
  if (!part) return;
  waiting.delete(id);
  if (part.contains(document.activeElement)) {
    waiting.set(id, html);
    return;
  }
  const before = total();
  const open = [...part.querySelectorAll('details[open][id]')].map((details) => details.id);
  part.replaceChildren(parse(html));
  for (const name of open) byId(name)?.setAttribute('open', '');
  if (before !== undefined) countFresh(total() - before);
}

function total() {
  const shown = byId('total');
  return shown ? Number(shown.value) : undefined;
}

function countFresh(more) {
  if (!(more > 0)) return;
  fresh += more;
  const text = new Intl.NumberFormat('en').format(fresh).replaceAll(',', '\u202f');
  byId('fresh').textContent = `+${text} since you opened this`;
}

/** A screen reader hears the count now and then, never every post. */
let announced = total();
function announce() {
  const now = total();
  if (now === undefined || now === announced || document.hidden) return;
  byId('announce').textContent = `${now - announced} new posts, ${now} in all.`;
  announced = now;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const DAYS_BEFORE_A_DATE = 7;

function relate(root) {
  for (const time of root.querySelectorAll('time[data-relative]')) {
    time.dataset.absolute ??= time.textContent;
    time.title = time.dataset.absolute;
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1_000);
    const text = inWords(seconds) ?? time.dataset.absolute;
    if (time.textContent !== text) time.textContent = text;
  }
}

function inWords(seconds) {
  const age = Math.abs(seconds);
  if (age > DAYS_BEFORE_A_DATE * 86_400) return undefined;
  if (age < 2) return 'now';
  const [unit, size] = UNITS.find(([, length]) => age >= length);
  return relative.format(Math.trunc(seconds / size), unit);
}

function hold() {
  held = !held;
  const button = byId('hold');
  button.setAttribute('aria-pressed', String(held));
  button.textContent = held ? 'Go on' : 'Hold';
  if (held) {
    disconnect();
    say('Held', 'held');
  } else connect();
}

function start() {
  relate(document);
  setInterval(() => relate(document), 1_000);
  if (!address) return;
  const tools = byId('live-tools');
  if (tools) {
    tools.hidden = false;
    byId('hold').addEventListener('click', hold);
    setInterval(announce, ANNOUNCE_EVERY_MS);
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));
  document.addEventListener('focusout', () => setTimeout(drawWaiting));
  window.addEventListener('pagehide', disconnect);
  window.addEventListener('pageshow', connect);
  connect();
}

start();
