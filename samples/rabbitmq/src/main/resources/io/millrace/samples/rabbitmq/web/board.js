import { Millrace } from './live/millrace.js';

const live = new Millrace('./live');
const byId = (id) => document.getElementById(id);
const cards = new Map(); // order id -> its card

/** Any program may publish, so an order is an object with an id, or anything else. */
function read(message) {
  const { data, cursor } = message;
  if (data instanceof Uint8Array) return { id: cursor, item: `${data.length} bytes` };
  if (data === null || typeof data !== 'object') return { id: cursor, item: String(data) };
  return { ...data, id: String(data.id ?? cursor), item: String(data.item ?? JSON.stringify(data)) };
}

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Text that people wrote has its own direction. */
function words(name, text) {
  const made = element(name, text);
  made.dir = 'auto';
  return made;
}

function show(message) {
  const order = read(message);
  if (cards.has(order.id)) return;
  const card = element('li', '', 'card');
  card.dataset.order = order.id;
  const time = new Date(message.time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const detail = [order.table === undefined ? '' : `table ${order.table}`, order.from ?? '', time].filter(Boolean).join(' · ');
  const accept = element('button', 'Accept', 'accept');
  const decline = element('button', 'Decline');
  accept.addEventListener('click', () => answer(card, order.id, 'accepted'));
  decline.addEventListener('click', () => answer(card, order.id, 'declined'));
  const buttons = element('div', '', 'buttons');
  buttons.append(accept, decline);
  card.append(words('strong', order.item), words('small', detail), buttons);
  cards.set(order.id, card);
  byId('waiting').prepend(card);
  count();
}

async function answer(card, order, given) {
  const buttons = [...card.querySelectorAll('button')];
  buttons.forEach((button) => { button.disabled = true; });
  try {
    await live.publish('orders.answers', { order, answer: given });
  } catch (failure) {
    trouble(`Not sent: ${failure.message}`);
    buttons.forEach((button) => { button.disabled = false; });
  }
}

/** Every page moves the card when an answer arrives from RabbitMQ, even its own answer. */
function settle({ data }) {
  const card = cards.get(String(data?.order));
  if (!card || card.parentElement === byId('answered')) return;
  card.querySelector('.buttons').replaceWith(element('em', String(data.answer), String(data.answer) === 'accepted' ? 'yes' : 'no'));
  byId('answered').prepend(card);
  count();
}

function count() {
  for (const list of ['waiting', 'answered']) byId(`${list}-count`).textContent = byId(list).childElementCount;
}

function trouble(text) {
  byId('trouble').textContent = text;
  byId('trouble').hidden = text === '';
}

function link() {
  byId('link').textContent = live.state === 'connected' ? `live over ${live.transport}` : live.state;
  byId('link').className = live.state;
}

/** The server chooses the order, or says why it refuses. */
byId('sample').addEventListener('click', async () => {
  byId('sample').disabled = true;
  try {
    const response = await fetch('./orders', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    byId('said').textContent = response.ok ? 'Sent to RabbitMQ.' : (await response.json()).detail;
  } catch {
    byId('said').textContent = 'Not sent: the server cannot be reached.';
  }
  byId('sample').disabled = false;
});

live.on('transport', link);
live.on('state', link);
live.on('degraded', () => trouble('RabbitMQ cannot be reached. Orders will arrive when it is up again.'));
live.on('restored', () => trouble(''));
live.on('gap', ({ reason }) => trouble(`Orders may be missing here (${reason}). Reload the page.`));
live.on('error', (failure) => trouble(String(failure.message ?? failure)));
live.subscribe('orders.new', { last: 100 }, show);
live.subscribe('orders.answers', { last: 200 }, settle);
