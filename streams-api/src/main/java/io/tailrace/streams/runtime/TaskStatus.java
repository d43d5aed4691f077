package io.tailrace.streams.runtime;

import io.tailrace.streams.TopicPartition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with a task, as of a moment ago.
 *
 * @param state what it is doing
 * @param positions the offset of the next record to be processed, by partition that is read
 * @param lags how many offsets lie between that and the end, as far as is known
 * @param records how many records this life of the task has processed
 * @param recordsPerSecond over the last few seconds
 * @param streamTime milliseconds since 1970, -1 before the first record
 * @param stateBytes about how large its state is
 * @param restoredUpTo how far its log has been read, while it is restoring; an offset
 * @param restoreTo up to where it has to be read
 * @param commits how many this life of the task has made
 * @param error why it failed last; {@code null}: it did not
 */
public record TaskStatus(
        TaskId id,
        State state,
        Map<TopicPartition, Long> positions,
        Map<TopicPartition, Long> lags,
        long records,
        double recordsPerSecond,
        long streamTime,
        long stateBytes,
        long restoredUpTo,
        long restoreTo,
        long commits,
        @Nullable String error) {
    /** The same with what went wrong before. */
    TaskStatus withError(String why) {
        return new TaskStatus(
                id,
                state,
                positions,
                lags,
                records,
                recordsPerSecond,
                streamTime,
                stateBytes,
                restoredUpTo,
                restoreTo,
                commits,
                why);
    }

    /** What a task can be doing. */
    public enum State {
        /** It makes its log its own. */
        CLAIMING,
        /** It reads its log. */
        RESTORING,
        /** It processes records. */
        RUNNING,
        /** It commits what it has processed, and will end. */
        STOPPING,
        /** It has ended. */
        STOPPED,
        /** It has failed, and will begin anew after a while. */
        FAILED
    }
}
