/**
 * Topics as backpressured {@code Source}s and {@code Sink}s, with the names and semantics of pekko-connectors-kafka's Java API.
 *
 * <p>Reading order for users: {@link io.tailrace.streams.Producer}, {@link io.tailrace.streams.Consumer} and
 * {@link io.tailrace.streams.Committer} with the settings beside them, {@link io.tailrace.streams.Subscriptions}, {@link io.tailrace.streams.Serdes};
 * {@link io.tailrace.streams.KeyedFlow} for work in parallel by key; {@link io.tailrace.streams.SendProducer} where there is no stream.
 *
 * <p>Reading order for maintainers. Down: {@code ProducerSinkStage} is the simplest stage; {@code ProducerLogic} says when a
 * producer pulls and how it ends; {@code ProducerCore} takes records in; {@code PartitionWriter} owns order, sequences and
 * retries of one partition (its javadoc has the table of phases); {@code ProducerFlowStage} and {@code ProducerSendStage}
 * add {@code PendingEnvelope}, that is, results. Up: {@code ConsumerLogic} says what goes out and how a consumer ends;
 * {@code PartitionReading} is how one partition is read, {@code PartitionTurns} whose turn it is; {@code PartitionCursor} decodes in place.
 * {@code FixedAssignment} and {@code GroupAssignment} say which partitions are read, and steer them through {@code PartitionShare}s;
 * {@code StallingAssignment} lets go of them while nobody asks for their records.
 * A {@code PartitionTerm} is the time that a group leaves a partition to this consumer; a seek begins another {@code OwnedPartition} in it, so that
 * what was emitted before and after is committed apart. {@code KeyedStage} has a {@code KeyedLane} for each term. Back: {@code CommitterStage} collects offsets and commits
 * them through the {@code OwnedPartition}s that they point to and their consumer's {@code GroupSession}.
 *
 * <p>Intentional: there is no linger setting, since batches fill while others are on their way; per record nothing is allocated
 * on the way down but what the serializers return, and on the way up but the record and its key and value.
 */
@NullMarked
package io.tailrace.streams;

import org.jspecify.annotations.NullMarked;
