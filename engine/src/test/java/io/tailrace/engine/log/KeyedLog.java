package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Batches of keyed records for a log that is compacted, and what readers have to see of them. */
final class KeyedLog {
    static final int MAX_PRODUCERS = 6;
    private static final Compression[] CODECS = {
        Compression.NONE, Compression.NONE, Compression.GZIP, Compression.LZ4, Compression.ZSTD
    };

    /** A record as readers see it. */
    record Seen(
            long offset,
            long timestamp,
            @Nullable String key,
            @Nullable String value) {}

    private final Random random;
    private final int keys;
    /** All that was ever appended. */
    final List<Seen> records = new ArrayList<>();
    /** The headers of all batches, as they were appended. */
    final List<RecordBatch> batches = new ArrayList<>();

    private final Map<Long, Integer> sequences = new HashMap<>();
    private long clock = 1_000;
    private long end;
    int epoch;

    KeyedLog(Random random, int keys) {
        this.random = random;
        this.keys = keys;
    }

    long endOffset() {
        return end;
    }

    long dataBatches() {
        return batches.stream().filter(batch -> !batch.isControl()).count();
    }

    /** Appends a batch by chance. */
    void append(Log log) {
        if (random.nextInt(12) == 0) {
            epoch++;
            place(log, ControlRecords.barrier(end, epoch, clock));
            return;
        }
        RecordBatchBuilder builder = new RecordBatchBuilder(CODECS[random.nextInt(CODECS.length)], 100_000);
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            clock += random.nextInt(5);
            String key = random.nextInt(40) == 0 ? null : "key-" + random.nextInt(keys);
            String value = random.nextInt(6) == 0 ? null : "value-" + (end + i) + "-".repeat(random.nextInt(30));
            builder.append(clock, bytes(key), bytes(value));
            records.add(new Seen(end + i, clock, key, value));
        }
        if (random.nextInt(3) > 0) {
            long producer = random.nextInt(MAX_PRODUCERS * 2);
            int sequence = sequences.getOrDefault(producer, 0);
            builder.producer(producer, (short) 0, sequence);
            sequences.put(producer, sequence + count);
        }
        place(log, builder.build());
    }

    private void place(Log log, RecordBatch batch) {
        log.append(List.of(new PlacedBatch(batch, end, epoch, -1)));
        ByteBuffer header = ByteBuffer.allocate(batch.sizeInBytes());
        batch.copyTo(header, end, epoch, -1);
        batches.add(RecordBatch.headerAt(header.flip()));
        end += batch.lastOffsetDelta() + 1;
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a compaction of everything below that offset leaves, tombstones included. */
    List<Seen> compactedTo(long limit) {
        Map<String, Long> newest = new HashMap<>();
        for (Seen record : records) {
            if (record.key != null && record.offset < limit) {
                newest.put(record.key, record.offset);
            }
        }
        return records.stream()
                .filter(record -> record.key == null
                        || record.offset >= limit
                        || newest.getOrDefault(record.key, -1L) == record.offset)
                .toList();
    }

    /** The newest value of each key; none where it has been deleted. */
    Map<String, String> table() {
        return table(records);
    }

    static Map<String, String> table(List<Seen> records) {
        Map<String, String> table = new HashMap<>();
        for (Seen record : records) {
            if (record.key != null && record.value == null) {
                table.remove(record.key);
            } else if (record.key != null) {
                table.put(record.key, record.value);
            }
        }
        return table;
    }

    /** What a reader sees from the log's start to its end; that the batches follow each other is checked on the way. */
    static List<Seen> read(Log log) {
        List<Seen> seen = new ArrayList<>();
        long offset = log.startOffset();
        for (ByteBuffer bytes : LogModel.readAll(log, 700)) {
            RecordBatch batch = RecordBatch.at(bytes);
            assertThat(batch.baseOffset()).isLessThanOrEqualTo(offset);
            offset = batch.nextOffset();
            if (batch.isControl()) {
                continue;
            }
            RecordCursor records = batch.cursor(1 << 20);
            while (records.next()) {
                if (records.offset() >= log.startOffset()) {
                    seen.add(new Seen(
                            records.offset(),
                            records.timestamp(),
                            text(records.record().key()),
                            text(records.record().value())));
                }
            }
        }
        return seen;
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /**
     * The batches' numbers are what they were, wherever a replay begins; control batches and each producer's last ones are still
     * there.
     */
    void assertReplays(Log log, long from) {
        assertThat(log.lastSequenceNr()).isEqualTo(dataBatches());
        Map<Long, Long> numberByOffset = new HashMap<>();
        long number = 0;
        for (RecordBatch batch : batches) {
            number = batch.isControl() ? number : number + 1;
            numberByOffset.put(batch.nextOffset(), number);
        }
        long[] last = {Math.max(from - 1, log.firstSequenceNr() - 1)};
        Set<Long> bases = new HashSet<>();
        log.replayChecked(from, Long.MAX_VALUE, (sequence, header) -> {
            assertThat(sequence).isEqualTo(numberByOffset.get(header.nextOffset()));
            assertThat(sequence).isGreaterThan(last[0]);
            if (!header.isStandIn()) {
                assertThat(sequence).isEqualTo(last[0] + 1);
                bases.add(header.baseOffset());
            }
            last[0] = sequence;
        });
        assertThat(last[0]).isEqualTo(dataBatches());
        if (from <= 1 && log.startOffset() == 0) {
            assertThat(bases).containsAll(lastOfProducers());
        }
    }

    /** The base offsets of the last five batches of the producers that have written last: of who was forgotten none before that. */
    private Set<Long> lastOfProducers() {
        Map<Long, Deque<Long>> last = new LinkedHashMap<>();
        for (RecordBatch batch : batches) {
            if (batch.hasProducerId() && !batch.isControl()) {
                Deque<Long> before = last.remove(batch.producerId());
                Deque<Long> five = before == null ? new ArrayDeque<>() : before;
                five.addLast(batch.baseOffset());
                if (five.size() > 5) {
                    five.removeFirst();
                }
                last.put(batch.producerId(), five);
                if (last.size() > MAX_PRODUCERS) {
                    last.remove(last.keySet().iterator().next());
                }
            }
        }
        Set<Long> bases = new HashSet<>();
        last.values().forEach(bases::addAll);
        return bases;
    }
}
