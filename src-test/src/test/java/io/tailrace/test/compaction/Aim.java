package io.tailrace.test.compaction;

import io.tailrace.test.crash.WriterProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When a process is to be killed: so long after something was seen to happen on the disk, and so many passes of compaction before that.
 *
 * @param target what is to happen
 * @param bytesPerSecond about how many compaction is to read
 * @param passes how many are to come to their end first
 * @param delayNanos from the sight to the kill
 */
record Aim(Target target, int bytesPerSecond, int passes, long delayNanos) {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    /** Then it is killed whatever it does. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(12);

    /** What a kill is aimed at. */
    enum Target {
        START(1_500),
        ANYTHING(1_500),
        REWRITE(30),
        EXCHANGE(6),
        DELETION(1);

        /** What compaction may read in a second, so that segments are rewritten long enough to be seen. */
        private static final int SLOWLY = 4 << 20;

        private final long longestDelayMillis;

        Target(long longestDelayMillis) {
            this.longestDelayMillis = longestDelayMillis;
        }

        /** About how many bytes compaction is to read in a second. */
        int bytesPerSecond(Random random) {
            return this == REWRITE ? SLOWLY : SLOWLY << random.nextInt(3);
        }

        boolean isHit(DiskMoment moment) {
            return switch (this) {
                case START, ANYTHING -> true;
                case REWRITE -> moment == DiskMoment.REWRITING;
                case EXCHANGE -> moment.isOfAnExchange();
                case DELETION -> moment == DiskMoment.DELETING;
            };
        }
    }

    /** Of the lives, again and again. */
    private static final List<Target> TARGETS = List.of(
            Target.EXCHANGE,
            Target.REWRITE,
            Target.DELETION,
            Target.EXCHANGE,
            Target.START,
            Target.REWRITE,
            Target.EXCHANGE,
            Target.REWRITE,
            Target.DELETION,
            Target.EXCHANGE,
            Target.REWRITE,
            Target.ANYTHING);

    static Aim of(int life, Random random) {
        Target target = TARGETS.get(life % TARGETS.size());
        // Of what is seen, more happens soon than late.
        double late = Math.pow(random.nextDouble(), 2);
        long delay = (long) (late * TimeUnit.MILLISECONDS.toNanos(target.longestDelayMillis));
        return new Aim(target, target.bytesPerSecond(random), 1 + random.nextInt(2), delay);
    }

    /**
     * Waits for it, and kills.
     *
     * @return how many passes of compaction were seen to come to their end
     */
    int kill(WriterProcess writer, Path data) {
        try {
            long end = System.nanoTime() + PATIENCE_NANOS;
            int ended = 0;
            Map<Path, ByteBuffer> before = DiskMoment.compacted(data);
            while (ended < passes && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                Map<Path, ByteBuffer> now = DiskMoment.compacted(data);
                for (Map.Entry<Path, ByteBuffer> each : now.entrySet()) {
                    ended += each.getValue().equals(before.get(each.getKey())) ? 0 : 1;
                }
                before = now;
            }
            List<Path> compacted = List.copyOf(before.keySet());
            while (!target.isHit(DiskMoment.of(compacted)) && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
            LockSupport.parkNanos(delayNanos);
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.kill();
        }
    }
}
