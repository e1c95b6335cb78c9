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
  log.append(
    el(
      'li',
      { 'data-event': event, class: 'entry-cell' },
      el('span', { class: 'cell-seq' }, cursor ? '#' + cursor.split('-').pop() : ''),
      el('span', { class: 'cell-channel' }, channel),
      el('span', { class: 'cell-text' }, text),
      el('time', { class: 'cell-time' }, clock(time)),
    ),
  );
  while (log.childElementCount > SHOWN) log.firstElementChild.remove();
  log.scrollTo({ left: log.scrollWidth, behavior: 'smooth' });
}

for (const pattern of ['feed.*', 'chat.**']) live.subscribe(pattern, { last: 4 }, show);
