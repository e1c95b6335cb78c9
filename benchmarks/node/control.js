// The publisher inside a server under test, and the protocol by which the load client commands it:
// as in benchmarks/control, whose package-info.java describes it.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

const ROUND_DIGITS = 10;
const TIME_DIGITS = 16;

/**
 * Starts a server and carries out commands until the control connection ends; then it exits.
 *
 * @param {import('node:http').Server} server not listening yet
 * @param {(channel: string, payload: string) => void} publish as an application would
 */
export function run(server, publish) {
  const control = createServer((socket) => {
    control.close();
    socket.setNoDelay();
    serve(socket, publish);
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
    control.listen(0, '127.0.0.1', () => {
      console.log(`ready ${server.address().port} ${control.address().port}`);
    });
  });
}

function serve(socket, publish) {
  let publisher;
  createInterface({ input: socket }).on('line', (line) => {
    const [command, ...words] = line.split(' ');
    if (command === 'ack') {
      publisher?.acknowledge(Number(words[0]));
    } else if (command === 'publish') {
      publisher = new Publisher(publish, Object.fromEntries(words.map((word) => word.split('='))));
      publisher.run().then(
        (rounds) => socket.write(`published ${rounds}\n`),
        (failure) => socket.write(`failed ${failure}\n`));
    } else if (command === 'collect') {
      global.gc();
      global.gc();
      socket.write(`collected ${process.memoryUsage().heapUsed}\n`);
    } else {
      throw new Error(`unknown command: ${line}`);
    }
  });
  socket.on('close', () => process.exit());
}

/** Makes texts that end with the number of the round and the time, which is that of System.nanoTime. */
function payloads(size) {
  const filling = 'x'.repeat(Math.max(size - ROUND_DIGITS - TIME_DIGITS, 0));
  const digits = (number, count) => String(number).padStart(count, '0');
  return (round) =>
    filling + digits(round, ROUND_DIGITS) + digits(process.hrtime.bigint() / 1000n, TIME_DIGITS);
}

class Publisher {
  #publish;
  #channels;
  #payload;
  #rate;
  #window;
  #millis;
  #acknowledged = 0;
  #wake = () => {};

  constructor(publish, { channels, size, rate, window, millis }) {
    this.#publish = publish;
    this.#channels = Array.from({ length: Number(channels) }, (_, index) => `bench.${index}`);
    this.#payload = payloads(Number(size));
    this.#rate = Number(rate);
    this.#window = Number(window);
    this.#millis = Number(millis);
  }

  /** All readers have everything up to a round. */
  acknowledge(round) {
    this.#acknowledged = round;
    this.#wake();
  }

  /** Publishes until the time is over, and resolves to how many rounds that were. */
  async run() {
    const start = performance.now();
    const end = start + this.#millis;
    setTimeout(() => this.#wake(), this.#millis + 10); // Timers may be a little early.
    let round = 0;
    while (await this.#turn(start, round, end)) {
      round++;
      for (const channel of this.#channels) {
        this.#publish(channel, this.#payload(round));
      }
    }
    return round;
  }

  /** Waits until another round may be published; false if the time is over before. */
  async #turn(start, done, end) {
    const due = this.#rate > 0 ? start + (done * 1000) / this.#rate : 0;
    if (due > end) {
      return false;
    }
    // Between rounds others have their turn: connections are read, and acknowledgements.
    await (due > performance.now() ? sleep(due - performance.now()) : setImmediate());
    while (done - this.#acknowledged >= this.#window) {
      if (performance.now() >= end) {
        return false;
      }
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    return performance.now() < end;
  }
}
