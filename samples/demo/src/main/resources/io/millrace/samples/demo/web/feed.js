// The server filters: a subscription names the events that it wants, and nothing else is sent.

import { byId, el } from './dom.js';
import { connect } from './page.js';
import { look } from './visitor.js';

const LABELS = {
  vote: 'Votes',
  bill: 'Bills',
  statement: 'Statements',
  floor: 'Floor',
  hearing: 'Hearings',
  entry: 'Entries',
  update: 'Updates',
};
const ONE = {
  vote: 'Vote',
  bill: 'Bill',
  statement: 'Statement',
  floor: 'Floor',
  hearing: 'Hearing',
  entry: 'Entry',
};
const HELD = 40;
const MAX_SHOWN = 200;

const live = connect(await look().catch(() => ''));
const list = byId('entries');
/** @type {Map<string, HTMLElement>} */
let shown = new Map();
/** @type {any} */
let subscription;
/** @type {Set<string>} if empty, all events are wanted */
const wanted = new Set();
let channel = 'feed.*';
let arrived = 0;

const feeds = await (await fetch('/feeds.json')).json();
const kinds = [...new Set(feeds.flatMap((feed) => feed.kinds))];
const many = feeds.length > 1;
byId('about').textContent = many
  ? `${feeds.length} feeds, polled by the server every 15 seconds.`
  : feeds[0]?.name === 'congress'
    ? 'A made-up Congress, which this server itself publishes as an Atom feed.'
    : `${feeds[0]?.name}, polled by the server every 15 seconds.`;

function subscribe() {
  subscription?.unsubscribe();
  list.replaceChildren();
  shown = new Map();
  byId('empty').hidden = false;
  const events = wanted.size ? [...wanted] : undefined;
  byId('ask').textContent =
    `/live?channels=${channel}&last=${HELD}` + (events ? `&events=${events.join(',')}` : '');
  arrived = 0;
  subscription = live.subscribe(channel, { last: HELD, events }, receive);
}

/** @param {any} message */
function receive({ event, data }) {
  byId('empty').hidden = true;
  const key = data.feed + ' ' + data.id;
  shown.get(key)?.remove();
  const item = entry(event, data);
  shown.set(key, item);
  list.prepend(item);
  while (list.childElementCount > MAX_SHOWN) {
    shown.delete(list.lastElementChild.dataset.key);
    list.lastElementChild.remove();
  }
  arrived++;
  announce();
}

/**
 * @param {string} event
 * @param {any} data
 */
function entry(event, data) {
  const age = el('time', { datetime: data.updated }, since(data.updated));
  const title = data.link
    ? el('a', { href: data.link, rel: 'noopener noreferrer', target: '_blank' }, data.title)
    : data.title;
  return el(
    'li',
    { class: 'entry', 'data-kind': data.kind, 'data-event': event, 'data-key': data.feed + ' ' + data.id },
    el(
      'article',
      {},
      el(
        'p',
        { class: 'entry-head' },
        el('span', { class: 'kind' }, ONE[data.kind] ?? data.kind),
        event === 'update' ? el('span', { class: 'updated' }, 'Updated') : '',
        many ? el('span', { class: 'source' }, data.feed) : '',
        age,
      ),
      el('h2', { dir: 'auto' }, title),
      data.summary ? el('p', { class: 'summary', dir: 'auto' }, data.summary) : '',
      tally(data),
    ),
  );
}

/** The votes as a bar, if the text contains them. @param {any} data */
function tally({ kind, summary }) {
  const [, yea, nay] = (kind === 'vote' && /Yea (\d+)\D+Nay (\d+)/.exec(summary)) || [];
  if (!yea) return '';
  const bar = el('span', { class: 'tally', 'aria-hidden': 'true' }, el('i'), el('b'));
  bar.firstChild.style.flexGrow = yea;
  bar.lastChild.style.flexGrow = nay;
  return bar;
}

/** @param {string} time */
function since(time) {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < 45) return Math.round(seconds) + ' s ago';
  if (seconds < 3600) return Math.round(seconds / 60) + ' min ago';
  if (seconds < 86400) return Math.round(seconds / 3600) + ' h ago';
  return new Date(time).toLocaleDateString();
}

/** @type {any} */
let announcing;
/** Announces entries together, because users of screen readers want to hear other things, too. */
function announce() {
  announcing ??= setTimeout(() => {
    byId('news').textContent = arrived === 1 ? 'One new entry' : `${arrived} new entries`;
    announcing = undefined;
    arrived = 0;
  }, 10_000);
}

/**
 * @param {string} label
 * @param {() => boolean} on
 * @param {() => void} toggle
 * @param {string} [kind]
 */
function chip(label, on, toggle, kind) {
  const button = el('button', { type: 'button', class: 'chip', 'data-kind': kind }, label);
  button.addEventListener('click', () => {
    toggle();
    subscribe();
    for (const each of chips) each();
  });
  chips.push(() => button.setAttribute('aria-pressed', String(on())));
  chips.at(-1)?.();
  return button;
}

/** @type {(() => void)[]} */
const chips = [];
byId('kinds').append(
  chip('All', () => !wanted.size, () => wanted.clear()),
  ...kinds.map((kind) =>
    chip(
      LABELS[kind] ?? kind,
      () => wanted.has(kind),
      () => wanted.delete(kind) || wanted.add(kind),
      kind,
    ),
  ),
);
if (many) {
  byId('sources').hidden = false;
  const choices = [{ name: 'All feeds', channel: 'feed.*' }, ...feeds];
  byId('sources').append(
    ...choices.map((feed) => chip(feed.name, () => channel === feed.channel, () => (channel = feed.channel))),
  );
}
setInterval(() => {
  for (const time of list.querySelectorAll('time')) time.textContent = since(time.dateTime);
}, 5000);

subscribe();
