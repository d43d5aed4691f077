package io.tailrace.streams;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A partition that is being read, as its {@link Assignment} sees it. Called on the stage's thread. */
interface PartitionShare {
    /** Nothing of it is emitted until it is told otherwise. */
    void pause(boolean paused);

    /** Whether it is held may have changed, see {@link PartitionTerm#isHeld}. */
    void holdChanged();

    /**
     * Reads on from there.
     *
     * @param next what is emitted from now on belongs to that one; {@code null} if no group has dealt it
     * @param emittedTo hears on the stage's thread, soon, below which offset everything was emitted before: 0 if nothing was
     */
    void seek(long offset, @Nullable OwnedPartition next, LongConsumer emittedTo);

    /** Ends that, and says on the stage's thread, soon, below which offset everything was emitted: 0 if nothing was. */
    void end(LongConsumer emittedTo);
}
