/** @import { Transport } from '../millrace.js' */

/**
 * One JSON frame per line of a response that does not end.
 * @type {Transport}
 */
export const stream = {
  name: 'stream',
  connect({ attach, request, frame, down }) {
    const read = async () => {
      const headers = { Accept: 'application/x-ndjson' };
      const { body } = await request('/stream', attach, { headers });
      /** @type {any} */
      const text = body?.pipeThrough(new TextDecoderStream());
      const reader = text.getReader();
      for (let rest = ''; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + value).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line) frame(JSON.parse(line));
      }
    };
    read().then(down, down);
  },
};
