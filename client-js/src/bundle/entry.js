// What the bundle exports, handed to the wrapper in order: the compiler knows no exports of a bundle.
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
