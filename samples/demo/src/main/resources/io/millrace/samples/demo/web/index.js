import { byId, clock, el } from './dom.js';
import { connect } from './page.js';

const SHOWN = 24;

const live = connect();
const log = byId('log');

byId('curl').textContent =
  `curl -N '${location.origin}/live?channels=feed.congress' -H 'Accept: text/event-stream'`;

/** @param {any} message */
function show({ channel, event, data, cursor, time }) {
  byId('log-empty').hidden = true;
  const text = channel.startsWith('feed.') ? data.title : `${data.name}: ${data.text}`;
  const number = Number(cursor.split('-').pop());
  const cell = el(
    'li',
    { class: 'cell', 'data-event': event, 'data-number': number },
    el('span', { class: 'cell-number' }, '#' + number),
    el('span', { class: 'cell-channel' }, channel),
    el('span', { class: 'cell-text' }, text),
    el('time', { class: 'cell-time' }, clock(time)),
  );
  // Newest first; the two subscriptions replay one after the other.
  const older = [...log.children].find((other) => Number(other.dataset.number) < number);
  log.insertBefore(cell, older ?? null);
  while (log.childElementCount > SHOWN) log.lastElementChild.remove();
}

for (const pattern of ['feed.*', 'chat.**']) live.subscribe(pattern, { last: 4 }, show);
