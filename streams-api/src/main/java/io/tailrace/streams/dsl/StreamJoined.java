package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import org.jspecify.annotations.Nullable;

/**
 * How two streams are joined.
 *
 * @param keySerde writes and reads keys; {@code null}: what this stream's were read with
 * @param valueSerde writes and reads this stream's values; {@code null}: what they were read with
 * @param otherValueSerde writes and reads the other stream's values; {@code null}: what they were read with
 * @param name of the node, and of topics through which streams go to the partitions of their keys; {@code null}: one is made up
 * @param storeName with which the stores' names begin; {@code null}: the node's
 * @param lateTopic where this stream's records go that come too late to be kept; {@code null}: they are counted only
 * @param otherLateTopic the same for the other stream's
 */
public record StreamJoined<K, V1, V2>(
        @Nullable Serde<K> keySerde,
        @Nullable Serde<V1> valueSerde,
        @Nullable Serde<V2> otherValueSerde,
        @Nullable String name,
        @Nullable String storeName,
        @Nullable String lateTopic,
        @Nullable String otherLateTopic) {
    /** With these serdes. */
    public static <K, V1, V2> StreamJoined<K, V1, V2> with(
            Serde<K> keySerde, Serde<V1> valueSerde, Serde<V2> otherValueSerde) {
        return new StreamJoined<>(keySerde, valueSerde, otherValueSerde, null, null, null, null);
    }

    /** With the serdes that are known, in stores whose names begin with that one. */
    public static <K, V1, V2> StreamJoined<K, V1, V2> as(String storeName) {
        return new StreamJoined<>(null, null, null, null, storeName, null, null);
    }

    /** The same under that name. */
    public StreamJoined<K, V1, V2> withName(String other) {
        return new StreamJoined<>(keySerde, valueSerde, otherValueSerde, other, storeName, lateTopic, otherLateTopic);
    }

    /** The same in stores whose names begin with that one. */
    public StreamJoined<K, V1, V2> withStoreName(String other) {
        return new StreamJoined<>(keySerde, valueSerde, otherValueSerde, name, other, lateTopic, otherLateTopic);
    }

    /** The same; records that come too late for their side to keep them go to these topics, beside what is counted. */
    public StreamJoined<K, V1, V2> withLateTo(String topic, String otherTopic) {
        return new StreamJoined<>(keySerde, valueSerde, otherValueSerde, name, storeName, topic, otherTopic);
    }
}
