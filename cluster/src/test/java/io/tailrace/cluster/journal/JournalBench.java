package io.tailrace.cluster.journal;

import static io.tailrace.cluster.journal.PersistentApplication.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** One persistence id on a node's partitions, without actors: what tests of the log's protocol need. */
final class JournalBench {
    static final String KIND = "journal-test";

    final String persistenceId;
    final HookedPartitions partitions;
    private final Tailrace node;

    JournalBench(Tailrace node, String persistenceId) {
        this.node = node;
        this.persistenceId = persistenceId;
        this.partitions = new HookedPartitions(node.partitions());
    }

    JournalPartition partition() {
        return partition(Duration.ofSeconds(10));
    }

    JournalPartition partition(Duration retryTimeout) {
        return new JournalPartition(
                CompletableFuture.completedStage(partitions),
                InternalPartition.of(KIND, persistenceId),
                new Retries(node.system().classicSystem(), retryTimeout, Duration.ofMillis(1), Duration.ofMillis(10)));
    }

    /** Another journal that writes there. */
    EventLog log() {
        return log(WriterEpoch.LAST, Duration.ofSeconds(10));
    }

    EventLog log(short lastEpoch, Duration retryTimeout) {
        JournalPartition partition = partition(retryTimeout);
        Clock clock = Clock.systemUTC();
        return new EventLog(persistenceId, partition, new Claimant(persistenceId, partition, clock, lastEpoch), clock);
    }

    /** An atomic write whose payloads tell their sequence number. */
    static EventWrite write(String writer, long... sequenceNrs) {
        return sizedWrite(writer, 8, sequenceNrs);
    }

    /** The same with payloads of that size, at least 8. */
    static EventWrite sizedWrite(String writer, int payloadBytes, long... sequenceNrs) {
        List<JournalRecord.Event> events = LongStream.of(sequenceNrs)
                .mapToObj(number -> new JournalRecord.Event(
                        number, 0, payload(number, payloadBytes), "", writer, 1000 + number, List.of(), null))
                .toList();
        long bytes = events.stream()
                .mapToLong(event -> JournalRecord.sizeOf(event, 100))
                .sum();
        return new EventWrite(sequenceNrs[0], sequenceNrs[sequenceNrs.length - 1], writer, events, bytes);
    }

    static EventWrite rejected(String writer, long sequenceNr) {
        return new EventWrite(sequenceNr, sequenceNr, writer, List.of(), 0);
    }

    private static Payload payload(long number, int bytes) {
        ByteBuffer payload = ByteBuffer.allocate(bytes);
        payload.putLong(0, number);
        return new Payload(7, "m", payload);
    }

    static void store(EventLog log, EventWrite... writes) {
        join(log.write(List.of(writes)));
    }

    /** The sequence numbers that a recovery sees. */
    List<Long> replay(long from, long to, long max) {
        return join(replaying(from, to, max));
    }

    CompletionStage<List<Long>> replaying(long from, long to, long max) {
        List<Long> seen = new ArrayList<>();
        return partition()
                .reading(view -> new Replay(persistenceId, view, from, to, max, event -> {
                            assertThat(event.payload().bytes().getLong(0)).isEqualTo(event.sequenceNr());
                            assertThat(event.timestampMillis()).isEqualTo(1000 + event.sequenceNr());
                            seen.add(event.sequenceNr());
                        })
                        .run())
                .thenApply(done -> seen);
    }

    /** Puts a record there, whatever it is. */
    Appended appendRaw(String key, Headers headers) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        builder.append(1, key.getBytes(StandardCharsets.UTF_8), new byte[8], headers);
        return appendRaw(builder.build());
    }

    Appended appendRaw(RecordBatch batch) {
        return join(node.partitions().append(InternalPartition.of(KIND, persistenceId), batch));
    }

    static TailraceException failure(CompletionStage<?> stage) {
        return failure(() -> join(stage));
    }

    static TailraceException failure(ThrowingCallable call) {
        Throwable cause = Failures.cause(catchThrowable(call));
        assertThat(cause).isInstanceOf(TailraceException.class);
        assertThat(cause.getMessage()).isNotBlank().doesNotContain("\n");
        return (TailraceException) cause;
    }
}
