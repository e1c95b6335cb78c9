// The exports of the bundle, handed to the wrapper in order, because the compiler cannot export from a bundle.
import {
  Millrace,
  decodeSegment,
  encodeSegment,
  longpoll,
  poll,
  sse,
  stream,
  websocket,
} from '../millrace.js';

exported = [Millrace, decodeSegment, encodeSegment, longpoll, poll, sse, stream, websocket];
