/** @import { Transport } from '../millrace.js' */

/**
 * Asks again and again; the cursor in the next request acknowledges the last answer.
 * @param {string} name
 * @param {number} wait how many seconds the server may hold a request
 * @param {number} pause how many ms to leave between two, unless the server says
 * @returns {Transport}
 */
const polling = (name, wait, pause) => ({
  name,
  connect({ attach, request, frame, down }) {
    // The first is answered at once, to show that this transport delivers.
    let hold = 0;
    const ask = async () => {
      try {
        const response = await request(`/${name}`, attach, { headers: { Prefer: `wait=${hold}` } });
        const { messages, gap, cursor, more, nextPoll = pause } = await response.json();
        if (gap) frame({ ...gap, type: 'gap' });
        for (const message of messages) frame({ ...message, type: 'message' });
        frame({ type: 'heartbeat', cursor, heartbeat: 25e3 + nextPoll });
        attach.cursor = cursor;
        hold = wait;
        setTimeout(ask, more ? 0 : nextPoll * (1 + Math.random() / 10));
      } catch (error) {
        down(error);
      }
    };
    ask();
  },
});

export const longpoll = polling('longpoll', 25, 0);
export const poll = polling('poll', 0, 15e3);
