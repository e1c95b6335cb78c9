// A room is a channel. A message has an id of its own, so that the sender's copy and the one that
// comes back are recognized as the same, whatever happened in between.

import { byId, clock, el } from './dom.js';
import { encodeSegment } from '/live/millrace.js';
import { connect } from './page.js';

/** Labels by the names of channels. Any other room has the name that its visitors give it. */
const ROOMS = new Map([
  ['lobby', 'Lobby'],
  ['hangul', '한국어'],
  ['weather', 'Weather'],
  ['late-night', 'Late night'],
]);
const HUES = 8;
const MAX_SHOWN = 500;
/** A channel has at most 200 characters, with "chat." before the room; a room's letter takes up to five. */
const MAX_SEGMENT = 195;

const live = connect();
const list = byId('messages');
const notice = byId('notice');
const text = byId('text');
const name = byId('name');

/** @type {Map<string, HTMLElement>} the messages that are shown, by id */
let shown = new Map();
/** @type {Map<string, { name: string, text: string }>} the messages that have not come back yet, by id */
let pending = new Map();
/** @type {any} */
let subscription;
let room = '';
let channel = '';
/** @type {any} */
let settling;

name.value = stored() || 'Guest ' + Math.floor(100 + Math.random() * 900);
name.addEventListener('change', () => {
  name.value = name.value.trim() || 'Guest';
  try {
    localStorage.setItem('millrace chat name', name.value);
  } catch {
    // Without storage, the name lasts as long as the page.
  }
});

function stored() {
  try {
    return localStorage.getItem('millrace chat name');
  } catch {
    return '';
  }
}

/** @param {string} text a room's name as somebody typed it: with decomposed letters, perhaps, and repeated spaces */
const tidy = (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** @param {string} hash */
function roomOf(hash) {
  try {
    const wanted = tidy(decodeURIComponent(hash.slice(1)));
    for (const [id, label] of ROOMS) if (label.toLowerCase() === wanted.toLowerCase()) return id;
    return wanted && encodeSegment(wanted).length <= MAX_SEGMENT ? wanted : 'lobby';
  } catch {
    return 'lobby';
  }
}

function enter() {
  const next = roomOf(location.hash);
  if (next === room) return;
  room = next;
  channel = 'chat.' + encodeSegment(room);
  subscription?.unsubscribe();
  clearInterval(settling);
  byId('empty').hidden = true;
  list.replaceChildren();
  shown = new Map();
  pending = new Map();
  byId('title').textContent = title();
  document.title = `${title()} · Millrace`;
  showRooms();
  const entered = (subscription = live.subscribe(channel, { last: 50 }, receive));
  byId('empty-room').textContent = title();
  // The room is known to be empty only after the server has sent what it holds; then there is a cursor.
  settling = setInterval(() => {
    if (!entered.cursor) return;
    clearInterval(settling);
    byId('empty').hidden = list.childElementCount > 0;
  }, 100);
}

const title = () => ROOMS.get(room) ?? room;

function showRooms() {
  const all = new Map(ROOMS).set(room, title());
  byId('rooms').replaceChildren(
    ...[...all].map(([id, label]) =>
      el('a', { href: '#' + encodeURIComponent(id), dir: 'auto', 'aria-current': id === room ? 'page' : null }, label),
    ),
  );
  byId('rooms').querySelector('[aria-current]').scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** @param {any} message */
function receive({ data, time, cursor }) {
  // A message from another program may have no id.
  const id = String(data?.id ?? cursor);
  const mine = pending.has(id);
  if (shown.has(id) && !mine) return;
  pending.delete(id);
  shown.get(id)?.remove();
  append(id, String(data?.name ?? ''), String(data?.text ?? ''), time, ownIds.has(id));
}

/** @type {Set<string>} the ids of this page's own messages */
const ownIds = new Set();

/**
 * @param {string} id
 * @param {string} from
 * @param {string} words
 * @param {number} [time] absent until the message has come back
 * @param {boolean} [own]
 */
function append(id, from, words, time, own) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const previous = list.lastElementChild;
  const item = el(
    'li',
    {
      class: 'message' + (own ? ' own' : '') + (time ? '' : ' pending'),
      'data-id': id,
      'data-from': from,
      'data-hue': hue(from),
      'data-follows': previous?.dataset.from === from && previous?.classList.contains('own') === !!own,
    },
    el('span', { class: 'from', dir: 'auto' }, from),
    el('p', { class: 'words', dir: 'auto' }, words),
    el('time', {}, time ? clock(time) : 'sending…'),
  );
  shown.set(id, item);
  byId('empty').hidden = true;
  list.append(item);
  while (list.childElementCount > MAX_SHOWN) {
    shown.delete(list.firstElementChild.dataset.id);
    list.firstElementChild.remove();
  }
  if (atEnd || own) list.scrollTop = list.scrollHeight;
}

/** @param {string} from */
function hue(from) {
  let sum = 0;
  for (const char of from) sum = (sum * 31 + /** @type {number} */ (char.codePointAt(0))) % 9973;
  return sum % HUES;
}

/** @param {string} words */
function divide(words) {
  byId('empty').hidden = true;
  list.append(el('li', { class: 'divider' }, words));
  list.scrollTop = list.scrollHeight;
}

async function send() {
  const words = text.value.trim();
  if (!words) return;
  text.value = '';
  grow();
  const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const message = { id, name: name.value.trim() || 'Guest', text: words };
  ownIds.add(id);
  pending.set(id, message);
  append(id, message.name, message.text, undefined, true);
  try {
    await live.publish(channel, message);
  } catch (error) {
    const item = shown.get(id);
    item?.classList.add('failed');
    item?.querySelector('time')?.replaceChildren('not sent: ' + (error?.message ?? error));
  }
}

function grow() {
  text.style.height = 'auto';
  text.style.height = text.scrollHeight + 2 + 'px';
}

byId('send').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
byId('join').addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = tidy(byId('room').value.toWellFormed?.() ?? byId('room').value);
  if (wanted) location.hash = encodeURIComponent(wanted);
  byId('room').value = '';
});
text.addEventListener('input', grow);
text.addEventListener('keydown', (event) => {
  // While a Hangul syllable is being composed, Enter belongs to the input method.
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
addEventListener('hashchange', enter);

let wasConnected = false;
live.on('state', (state) => {
  notice.hidden = state === 'connected' || !wasConnected;
  if (state === 'connected') wasConnected = true;
  notice.textContent =
    state === 'paused'
      ? 'You are offline. Your messages will be sent when you are online again.'
      : 'The connection is lost; trying again. Your messages will be sent when it is back.';
});
live.on('gap', ({ reason }) =>
  divide(
    reason === 'epoch'
      ? 'The server was restarted. Messages from just before may be missing.'
      : 'Some messages may be missing here.',
  ),
);

enter();
// Only with a hardware keyboard; otherwise one would pop up over the messages.
if (matchMedia('(pointer: fine)').matches) text.focus();
