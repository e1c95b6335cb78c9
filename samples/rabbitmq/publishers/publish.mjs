// node publish.mjs [host:port [username password]]: publishes an order by STOMP; needs only Node
import { connect } from 'node:net';
const [at = 'localhost:61613', login, passcode] = process.argv.slice(2);
const [host, port] = at.split(':');
const broker = connect(Number(port), host);
broker.write(`CONNECT\naccept-version:1.2\nhost:/\n${login ? `login:${login}\npasscode:${passcode}\n` : ''}\n\0`
  + 'SEND\ndestination:/topic/millrace.orders.new\ncontent-type:application/json\nreceipt:1\n\n'
  + `${JSON.stringify({ item: '3 × 만두', table: 2, from: 'Node' })}\0DISCONNECT\nreceipt:2\n\n\0`);
broker.pipe(process.stdout);
