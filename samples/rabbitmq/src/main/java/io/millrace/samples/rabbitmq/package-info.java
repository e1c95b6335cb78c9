/** An order board: orders come from RabbitMQ, browsers see and answer them. */
@NullMarked
package io.millrace.samples.rabbitmq;

import org.jspecify.annotations.NullMarked;
