/**
 * Connects nodes by a broker that speaks STOMP: RabbitMQ, ActiveMQ or Artemis. Programs that
 * publish to the broker's topics need no change for browsers to receive their messages.
 */
@NullMarked
package io.millrace.broker.stomp;

import org.jspecify.annotations.NullMarked;
