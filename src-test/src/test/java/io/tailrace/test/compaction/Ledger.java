package io.tailrace.test.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be read of a compacted topic with one partition that one producer writes numbers to, a life at a time: of each key the newest
 * record that is known to be stored. Known is what was acknowledged, what has been read, and whatever was sent before one of these.
 */
final class Ledger {
    private final String topic;
    /** By key the newest number that is known to be stored. */
    private final Map<String, Long> newest = new HashMap<>();
    /** Places that are known, by number. */
    private final TreeMap<Long, Long> offsets = new TreeMap<>();
    /** Sent, of unknown outcome, since the topic was last read. */
    private final TreeSet<Long> unknown = new TreeSet<>();
    /** What was read so far, by key, and how far. */
    private final Map<String, Long> found = new HashMap<>();

    private long lastOffset = -1;
    private long lastNumber = -1;
    private long sentTo;
    private long stored;
    private long read;
    private long lastRead;
    private long readThisTime;

    Ledger(String topic) {
        this.topic = topic;
    }

    /** Numbers from here on follow. */
    void beginLife(long first) {
        sentTo = first - 1;
        found.clear();
        lastOffset = -1;
        lastNumber = -1;
        readThisTime = 0;
    }

    void sent(long upTo) {
        for (long number = sentTo + 1; number <= upTo; number++) {
            unknown.add(number);
        }
        sentTo = Math.max(sentTo, upTo);
    }

    void acknowledged(long number, long offset) {
        offsets.put(number, offset);
        isStored(number);
    }

    /** And so is what the same life has sent before; of what a life before had sent nothing more can come. */
    private void isStored(long last) {
        for (Long number = unknown.pollFirst(); number != null; number = unknown.pollFirst()) {
            if (number > last) {
                unknown.add(number);
                return;
            }
            newest.merge(KeyedNumbers.key(number), number, Math::max);
            stored++;
        }
    }

    void read(long offset, long number) {
        read++;
        readThisTime++;
        assertThat(offset).as("%s: an offset after %d", topic, lastOffset).isGreaterThan(lastOffset);
        assertThat(number)
                .as("%s: a number after %d, at offset %d", topic, lastNumber, offset)
                .isGreaterThan(lastNumber);
        lastOffset = offset;
        lastNumber = number;
        found.put(KeyedNumbers.key(number), number);
        Long before = offsets.put(number, offset);
        assertThat(before == null || before == offset)
                .as("%s: number %d, which was at offset %d, is at %d", topic, number, before, offset)
                .isTrue();
    }

    /** That was all; nothing below that offset is in the log any more. */
    void readAll(long beginning) {
        Set<Long> never = new TreeSet<>(unknown.tailSet(lastNumber, false));
        isStored(lastNumber);
        found.forEach((key, number) -> assertThat(number)
                .as("%s: the newest record of %s, begins at %d", topic, key, beginning)
                .isEqualTo(newest.get(key)));
        newest.forEach((key, number) -> {
            if (!found.containsKey(key) && !KeyedNumbers.isTombstone(number) && !isDeleted(key, never)) {
                assertThat(placeAtMost(number))
                        .as("%s: %s is lost, acknowledged with %d, log begins at %d", topic, key, number, beginning)
                        .isLessThan(beginning);
            }
        });
        unknown.clear();
        lastRead = readThisTime;
    }

    /** A tombstone of unknown outcome, which may have gone already. */
    private static boolean isDeleted(String key, Set<Long> numbers) {
        return numbers.stream()
                .anyMatch(number -> KeyedNumbers.isTombstone(number)
                        && KeyedNumbers.key(number).equals(key));
    }

    /** The offset of a number is at least this. */
    private long placeAtMost(long number) {
        Map.Entry<Long, Long> known = offsets.floorEntry(number);
        return known == null ? -1 : known.getValue();
    }

    long stored() {
        return stored;
    }

    /** How many records the last complete reading has found. */
    long lastRead() {
        return lastRead;
    }

    long read() {
        return read;
    }
}
