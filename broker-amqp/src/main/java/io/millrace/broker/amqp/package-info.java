/**
 * Nodes linked by a broker that speaks AMQP 1.0: Artemis, RabbitMQ, ActiveMQ. Any program publishes
 * to the broker's topics as it always has, and browsers see it.
 */
@NullMarked
package io.millrace.broker.amqp;

import org.jspecify.annotations.NullMarked;
