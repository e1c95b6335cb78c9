/**
 * The application's side of Millrace: publish to a {@link io.millrace.Channel}, and every
 * subscribed browser gets the message.
 *
 * <pre>{@code
 * Millrace millrace = Millrace.builder(vertx).build();
 * router.route("/live*").subRouter(millrace.router());
 *
 * Channel floor = millrace.channel("congress.floor");
 * floor.publish(Message.json("vote", new JsonObject().put("bill", "H.R. 1").put("yeas", 217)));
 * }</pre>
 *
 * <p>No parameter or result in this package is ever {@code null}. Every {@link
 * io.vertx.core.Future} that fails does so with a {@link io.millrace.MillraceException}, unless its
 * documentation says otherwise.
 */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
