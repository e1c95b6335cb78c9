/**
 * Nodes linked by a broker that speaks STOMP: RabbitMQ, ActiveMQ, Artemis. Any program publishes to
 * the broker's topics as it always has, and browsers see it.
 */
@NullMarked
package io.millrace.broker.stomp;

import org.jspecify.annotations.NullMarked;
