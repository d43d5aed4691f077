/**
 * Topics as backpressured {@code Source}s and {@code Sink}s, with the names and semantics of pekko-connectors-kafka's Java API.
 *
 * <p>Reading order for users: {@link io.tailrace.streams.Producer} and {@link io.tailrace.streams.Consumer} with the settings
 * beside them, {@link io.tailrace.streams.Subscriptions}, {@link io.tailrace.streams.Serdes};
 * {@link io.tailrace.streams.SendProducer} where there is no stream.
 *
 * <p>Reading order for maintainers. Down: {@code ProducerSinkStage} is the simplest stage; {@code ProducerLogic} says when a
 * producer pulls and how it ends; {@code ProducerCore} takes records in; {@code PartitionWriter} owns order, sequences and
 * retries of one partition (its javadoc has the table of phases); {@code ProducerFlowStage} and {@code ProducerSendStage}
 * add {@code PendingEnvelope}, that is, results. Up: {@code ConsumerLogic} decides who is asked and whose turn it is;
 * {@code PartitionCursor} decodes in place.
 *
 * <p>Intentional: there is no linger setting, since batches fill while others are on their way; per record nothing is allocated
 * on the way down but what the serializers return, and on the way up but the record and its key and value.
 */
@NullMarked
package io.tailrace.streams;

import org.jspecify.annotations.NullMarked;
