/**
 * HTTP streaming, for {@code fetch}: one response that stays open. A request asks for it with
 * {@code Accept: application/x-ndjson}. The body is newline-delimited JSON. Lines end with LF, and
 * each write contains whole lines:
 *
 * <pre>
 * {"type":"welcome","version":1,"cursor":"k3-90","heartbeat":15000,"limits":{…}}
 * {"type":"message","channel":"a","cursor":"k3-91","event":"vote","time":1764000000000,"data":{…}}
 * {"type":"gap","channels":["a"],"reason":"slow","cursor":"k3-95"}
 * {"type":"heartbeat","cursor":"k3-96"}
 * {"type":"degraded"}
 * {"type":"restored"}
 * {"type":"goodbye","reason":"going away","after":1200}
 * </pre>
 *
 * The frames are those of a WebSocket; bytes are in {@code base64} instead of {@code data}. The
 * only format is {@code envelope}. The headers forbid caches and proxies to store, transform or
 * buffer the response.
 */
@NullMarked
package io.millrace.transport.stream;

import org.jspecify.annotations.NullMarked;
