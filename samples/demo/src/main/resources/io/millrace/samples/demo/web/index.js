import { byId, clock, el } from './dom.js';
import { decodeSegment } from '/live/millrace.js';
import { connect } from './page.js';
import { look } from './visitor.js';

const SHOWN = 24;

const live = connect(await look().catch(() => ''));
const log = byId('log');

byId('curl').textContent =
  `curl -N '${location.origin}/live?channels=feed.congress' -H 'Accept: text/event-stream'`;

/** The name of a channel as people write it. @param {string} channel */
function named(channel) {
  try {
    return channel.split('.').map(decodeSegment).join('.');
  } catch {
    return channel;
  }
}

/** Shows on which sides there are more entries. */
function edges() {
  const { scrollLeft, scrollWidth, clientWidth } = log;
  byId('strip').classList.toggle('before', scrollLeft > 1);
  byId('strip').classList.toggle('after', scrollLeft + clientWidth < scrollWidth - 1);
}

/** @param {any} message */
function show({ channel, event, data, cursor, time, from = 'Guest' }) {
  byId('log-empty').hidden = true;
  const text = data?.title ?? (data?.text ? `${from}: ${data.text}` : JSON.stringify(data));
  const number = Number(cursor.split('-').pop());
  const cell = el(
    'li',
    { class: 'cell', 'data-event': event, 'data-number': number },
    el('span', { class: 'cell-number' }, '#' + number),
    el('span', { class: 'cell-channel' }, named(channel)),
    el('span', { class: 'cell-text', dir: 'auto' }, text),
    el('time', { class: 'cell-time' }, clock(time)),
  );
  // Newest first; the two subscriptions replay one after the other.
  const older = [...log.children].find((other) => Number(other.dataset.number) < number);
  // While the visitor reads older entries, a new one does not move them.
  const reading = log.scrollLeft > 0;
  if (reading) cell.classList.add('still');
  log.insertBefore(cell, older ?? null);
  if (reading) log.scrollLeft += cell.offsetWidth;
  while (log.childElementCount > SHOWN) log.lastElementChild.remove();
  edges();
}

log.addEventListener('scroll', edges, { passive: true });
// A new cell grows to its width.
log.addEventListener('animationend', edges);
addEventListener('resize', edges);

for (const pattern of ['feed.*', 'chat.**']) live.subscribe(pattern, { last: 12 }, show);
