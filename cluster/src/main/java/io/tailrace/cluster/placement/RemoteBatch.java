package io.tailrace.cluster.placement;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * What a batch may weigh on its way to a leader on another node. Pekko drops a message that does not fit into its frame, with a line in the
 * log and no word to who sent it: the batch would be of unknown outcome for ever. So it is refused before.
 */
final class RemoteBatch {
    /** Fits into any frame. */
    private static final int SMALL = 64 << 10;
    /** For what stands around the batch: the message's head, the paths of two actors, Pekko's own. */
    private static final int AROUND = 8 << 10;

    private static final String ARTERY = "pekko.remote.artery.";

    private RemoteBatch() {}

    /** RECORD_TOO_LARGE, or {@code null} if it can be sent there. */
    static @Nullable TailraceException refusal(ActorSystem<?> system, ActorRef<?> to, RecordBatch batch) {
        if (batch.sizeInBytes() <= SMALL || !to.path().address().hasGlobalScope()) {
            return null;
        }
        Config config = system.settings().config();
        String frame = ARTERY
                + (config.getStringList(ARTERY + "large-message-destinations").isEmpty()
                        ? "advanced.maximum-frame-size"
                        : "advanced.maximum-large-frame-size");
        long largest = config.getBytes(frame) - AROUND;
        return batch.sizeInBytes() <= largest
                ? null
                : new TailraceException(
                        ErrorCode.RECORD_TOO_LARGE,
                        "A batch of " + batch.sizeInBytes()
                                + " bytes cannot be sent to a leader on another node, which takes " + largest
                                + ": send smaller records, or raise " + frame + " on each node.");
    }
}
