package io.tailrace.streams;

import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerLogic.Emitted;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** How records become messages with offsets to commit. */
final class CommittableMessages {
    private CommittableMessages() {}

    /** Without metadata. */
    static <K, V> Emitted<K, V, CommittableMessage<K, V>> plain() {
        return (record, owned) -> new CommittableMessage<>(
                record, new EmittedOffset(Objects.requireNonNull(owned), record.offset(), record.leaderEpoch(), ""));
    }

    /** With the application's; too much of it is refused with INVALID_ARGUMENT. */
    static <K, V> Emitted<K, V, CommittableMessage<K, V>> withMetadata(
            Function<ConsumerRecord<K, V>, String> metadataFromRecord) {
        return (record, owned) -> {
            String metadata = metadataFromRecord.apply(record);
            if (metadata.length() > CommittedOffset.MAX_METADATA) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The metadata of an offset has " + metadata.length() + " characters: use at most "
                                + CommittedOffset.MAX_METADATA + ".");
            }
            return new CommittableMessage<>(
                    record,
                    new EmittedOffset(Objects.requireNonNull(owned), record.offset(), record.leaderEpoch(), metadata));
        };
    }

    /** The record when it is committed; nothing if it is somebody else's by then. */
    static <K, V> CompletionStage<Optional<ConsumerRecord<K, V>>> committed(CommittableMessage<K, V> message) {
        EmittedOffset offset = (EmittedOffset) message.committableOffset();
        OwnedPartition owned = offset.owned();
        return owned.session()
                .commit(List.of(offset))
                .thenApply(done -> owned.term().isLost() ? Optional.empty() : Optional.of(message.record()));
    }
}
