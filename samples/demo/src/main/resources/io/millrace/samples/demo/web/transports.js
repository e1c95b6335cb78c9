import { Lane } from './lane.js';
import { byId, el } from './dom.js';
import { plot } from './plot.js';
import { TECHNIQUES, labelOf } from './techniques.js';

const RATES = [0, 1, 5, 20, 50, 100];
const FIRST_RATE = 5;
const RECENT = 1000;
const DRAW_MS = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1000 : 66;

/** @type {any} the server's state of this visitor */
let visit;
/** @type {Lane[]} */
let lanes = [];
/** @type {{ lane: Lane, root: HTMLElement, canvas: HTMLCanvasElement, set: (name: string, text: string) => void, base: any }[]} */
let views = [];
let rate = FIRST_RATE;
/** The server's clock minus ours, and the round trip in which this was measured. */
let clock = { offset: 0, took: Infinity };

const wallClock = () => performance.timeOrigin + performance.now();
const now = () => wallClock() + clock.offset;

/** @param {string} path @param {RequestInit & { json?: object }} [init] */
async function ask(path, { json, ...init } = {}) {
  const response = await fetch('/lab' + path, {
    ...init,
    ...(json && { body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } }),
  });
  const body = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw Object.assign(Error(body.detail), { status: response.status });
  return body;
}

/**
 * Asks for the visitor's state, and uses the answer to compare the clocks.
 *
 * @param {string} path
 * @param {RequestInit & { json?: object }} [init]
 */
async function timed(path, init) {
  const sent = wallClock();
  const state = await ask(path, init);
  const took = wallClock() - sent;
  if (took <= clock.took) clock = { offset: state.now - (sent + took / 2), took };
  // An old measurement becomes worse, because clocks drift.
  else clock.took *= 1.01;
  return state;
}

/** Starts a visitor, a channel and five lanes. */
async function begin() {
  for (const lane of lanes) lane.close();
  visit = await timed('', { method: 'POST', json: {} });
  // A few more, so that at least one is not delayed.
  for (let i = 0; i < 5; i++) await timed('/' + visit.visitor);
  lanes = TECHNIQUES.map(({ name }) => new Lane(name, { visitor: visit.visitor, channel: visit.channel, now }));
  views = lanes.map(view);
  byId('lanes').replaceChildren(...views.map(({ root }) => root));
  await setRate(rate);
}

/** @param {number} value */
async function setRate(value) {
  rate = value;
  await ask('/' + visit.visitor, { method: 'PUT', json: { rate } });
}

/** Renews the lease, compares the clocks, fetches the counts; once a second. */
async function refresh() {
  try {
    if (!visit) await begin();
    visit = await timed('/' + visit.visitor);
    trouble('');
  } catch (error) {
    if (error.status === 404) visit = undefined;
    trouble(error.status === 503 ? error.message : error.status ? '' : 'The server cannot be reached; trying again.');
  }
  setTimeout(refresh, 1000);
}

/** @param {string} words */
function trouble(words) {
  byId('trouble').hidden = !words;
  byId('trouble').textContent = words;
}

/** @param {Lane} lane */
function view(lane) {
  const about = TECHNIQUES.find(({ name }) => name === lane.id);
  /** @type {Record<string, HTMLElement>} */
  const values = {};
  const value = (name, label, hint = '') =>
    el('div', { title: hint || null }, el('dt', {}, label), (values[name] = el('dd', { 'data-value': name }, '–')));
  const canvas = el('canvas', { role: 'img', 'aria-label': `Latency of the last 30 seconds, ${about?.label}` });
  const block = el('button', { type: 'button', 'aria-pressed': 'false' }, 'Block');
  const select = el(
    'select',
    { 'aria-label': `Technique of the lane that started as ${about?.label}` },
    ...TECHNIQUES.map(({ name, label }) => el('option', { value: name }, label)),
  );
  select.value = lane.technique;
  const path = () => `/${visit.visitor}/lanes/${lane.id}`;
  const root = el(
    'section',
    { class: 'lane', 'data-lane': lane.id, 'data-technique': lane.technique, 'aria-label': about?.label },
    el(
      'div',
      { class: 'lane-head' },
      el('h2', {}, (values.title = el('span', {}, about?.label ?? ''))),
      (values.about = el('p', { class: 'quiet' }, about?.about ?? '')),
    ),
    (values.state = el('p', { class: 'state', role: 'status' }, '')),
    el(
      'dl',
      { class: 'latency' },
      value('p50', 'p50'),
      value('p99', 'p99'),
    ),
    canvas,
    el(
      'dl',
      { class: 'numbers' },
      value('received', 'Received'),
      value('requests', 'Requests', 'HTTP requests since the page was opened'),
      value('bytes', 'Bytes per message', 'Both ways, with all headers; counted by the server'),
      value('lost', 'Lost'),
      value('doubled', 'Doubled'),
    ),
    el(
      'div',
      { class: 'actions' },
      el('button', { type: 'button', onclick: () => ask(path() + '/cut', { method: 'POST', json: {} }).catch(fail) }, 'Cut'),
      block,
      el('label', { class: 'switch' }, el('span', { class: 'label' }, 'Switch to'), select),
    ),
  );
  const self = {
    lane,
    root,
    canvas,
    base: { received: 0, bytes: 0 },
    set: (name, text) => {
      if (values[name].textContent !== text) values[name].textContent = text;
    },
  };
  block.addEventListener('click', async () => {
    const blocked = block.getAttribute('aria-pressed') !== 'true';
    try {
      await ask(path(), { method: 'PUT', json: { blocked } });
      block.setAttribute('aria-pressed', String(blocked));
      block.textContent = blocked ? 'Unblock' : 'Block';
      root.classList.toggle('blocked', blocked);
    } catch (error) {
      fail(error);
    }
  });
  select.addEventListener('change', () => {
    lane.use(select.value);
    lane.samples = [];
    root.dataset.technique = select.value;
    self.set('title', labelOf(select.value));
    self.set('about', TECHNIQUES.find(({ name }) => name === select.value)?.about ?? '');
    const counted = visit.lanes[lane.id];
    self.base = { received: lane.received, bytes: counted.sent + counted.received };
  });
  return self;
}

/** @param {Error} error */
const fail = (error) => trouble(error.message);

/** @param {number[]} sorted @param {number} share */
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** @param {number} [ms] */
function duration(ms) {
  if (ms == null) return '–';
  if (ms < 10) return ms.toFixed(1) + ' ms';
  return ms < 1000 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
}

const count = new Intl.NumberFormat('en');

function show() {
  let lost = 0;
  let doubled = 0;
  // A message may arrive before the server's count of messages.
  const published = Math.max(visit?.published ?? 0, ...lanes.map(({ newest }) => newest));
  for (const { lane, root, set, base } of views) {
    const recent = lane.samples.slice(-RECENT).map(({ latency }) => latency).sort((a, b) => a - b);
    const counted = visit?.lanes[lane.id];
    const messages = lane.received - base.received;
    const behind = published - lane.newest;
    root.dataset.state = lane.state;
    root.dataset.behind = String(behind);
    set('p50', duration(percentile(recent, 0.5)));
    set('p99', duration(percentile(recent, 0.99)));
    set('received', count.format(lane.received));
    set('requests', counted ? count.format(counted.requests) : '–');
    set('bytes', counted && messages > 0 ? count.format(Math.round((counted.sent + counted.received - base.bytes) / messages)) : '–');
    set('lost', count.format(lane.lost));
    set('doubled', count.format(lane.doubled));
    set(
      'state',
      lane.state === 'connected'
        ? lane.recovery || 'Connected'
        : lane.state === 'down'
          ? `Down, ${count.format(behind)} waiting`
          : 'Connecting…',
    );
    root.classList.toggle('wrong', lane.lost + lane.doubled > 0);
    lost += lane.lost;
    doubled += lane.doubled;
  }
  byId('published').textContent = visit ? count.format(published) : '–';
  byId('lost').textContent = views.length ? count.format(lost) : '–';
  byId('doubled').textContent = views.length ? count.format(doubled) : '–';
  const up = lanes.filter(({ state }) => state === 'connected').length;
  byId('link').dataset.state = lanes.length && up === lanes.length ? 'connected' : 'connecting';
  const words = up === 5 ? 'All five at once' : `${up} of 5 connected`;
  if (byId('link-now').textContent !== words) byId('link-now').textContent = words;
}

byId('rate').append(
  el(
    'div',
    { class: 'segments' },
    ...RATES.map((value) =>
      el(
        'label',
        {},
        el('input', {
          type: 'radio',
          name: 'rate',
          value,
          checked: value === FIRST_RATE,
          onchange: () => setRate(value).catch(fail),
        }),
        el('span', {}, value === 0 ? 'Pause' : String(value)),
      ),
    ),
  ),
);
addEventListener('pagehide', () => {
  if (visit) fetch('/lab/' + visit.visitor, { method: 'DELETE', keepalive: true });
  visit = undefined;
});
setInterval(show, 250);
setInterval(() => {
  if (!document.hidden) for (const { canvas, lane } of views) plot(canvas, lane);
}, DRAW_MS);
refresh();
