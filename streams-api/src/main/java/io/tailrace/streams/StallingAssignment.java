package io.tailrace.streams;

import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of a consumer that gives them up while it stalls (decision 36): one {@link GroupAssignment} after the other, each a membership
 * of its own. Time is counted in ticks between two looks, so a process that was held up as a whole has not stalled.
 *
 * <table>
 * <caption>What it is</caption>
 * <tr><td>MEMBER</td><td>it has joined; when nobody has asked for a record or committed for so long, it begins to give up</td></tr>
 * <tr><td>GIVING_UP</td><td>nothing is emitted; what was may still be committed, for as long as max-drain</td></tr>
 * <tr><td>AWAY</td><td>it has left; the next who asks for a record or commits makes it join again</td></tr>
 * </table>
 */
final class StallingAssignment implements Assignment {
    private static final Logger LOG = LoggerFactory.getLogger(StallingAssignment.class);
    private static final int LOOKS = 4;

    private enum State {
        MEMBER,
        GIVING_UP,
        AWAY
    }

    private final StageHost host;
    private final Function<StageHost, GroupAssignment> memberships;
    private final String consumer;
    private final Duration timeout;
    private final Duration maxDrain;
    private GroupAssignment member;
    private State state = State.MEMBER;
    private boolean ending;
    /** How many times a record was asked for. */
    private long pulls;
    /** Pulls and commits when it was looked last. */
    private long seen;
    /** Pulls when it began to give up. */
    private long pullsBefore;
    /** Looks since something was last seen. */
    private int quiet;

    private StallingAssignment(
            StageHost host,
            ConsumerSettings<?, ?> settings,
            Duration timeout,
            Function<StageHost, GroupAssignment> memberships) {
        this.host = host;
        this.memberships = memberships;
        this.consumer = "Consumer '" + settings.clientId() + "' of group " + settings.requireGroupId();
        this.timeout = timeout;
        this.maxDrain = settings.maxDrain();
        this.member = memberships.apply(new Stay());
    }

    /** Of these memberships, each made with the host that it is to have; one is all there is if the consumer is not to be watched. */
    static Assignment watched(
            StageHost host,
            ConsumerSettings<?, ?> settings,
            GroupPlan plan,
            Function<StageHost, GroupAssignment> memberships) {
        Duration timeout = settings.stallTimeout();
        return timeout == null || !plan.shared()
                ? memberships.apply(host)
                : new StallingAssignment(host, settings, timeout, memberships);
    }

    @Override
    public void start() {
        member.start();
        lookLater();
    }

    private void lookLater() {
        host.later(this::look, Math.max(1, timeout.toNanos() / LOOKS));
    }

    private void look() {
        boolean active = pulls + member.commits() != seen;
        if (state == State.AWAY && active) {
            join();
        } else if (state == State.MEMBER) {
            quiet = active || !member.hasAny() || isWaiting() ? 0 : quiet + 1;
            if (quiet == LOOKS) {
                giveUp();
            }
        }
        seen = pulls + member.commits();
        lookLater();
    }

    /** Downstream asks for records, though there are none, or they are paused. Where it has said that it wants none of them it does not. */
    private boolean isWaiting() {
        return host.isWanted() && member.hasToEmit();
    }

    @Override
    public void wanted() {
        pulls++;
        if (state == State.AWAY) {
            join();
        }
    }

    private void giveUp() {
        LOG.warn(
                "{} (member {}) has neither asked for a record nor committed for {}: it gives its partitions up to others of its group, and"
                        + " joins again when it goes on. Look what its records wait for; if they may take so long, raise"
                        + " tailrace.consumer.stall-timeout.",
                consumer,
                member.memberId(),
                timeout);
        state = State.GIVING_UP;
        pullsBefore = pulls;
        GroupAssignment stalled = member;
        host.later(
                () -> {
                    if (member == stalled && state == State.GIVING_UP) {
                        stalled.giveUpAtOnce();
                    }
                },
                maxDrain.toNanos());
        stalled.giveUp();
    }

    /** What it has committed while it gave up it had before, so that says nothing of whether it goes on. */
    private void gone() {
        state = State.AWAY;
        seen = pulls + member.commits();
        if (pulls != pullsBefore) {
            join();
        }
    }

    private void join() {
        LOG.info("{} goes on, and joins again.", consumer);
        state = State.MEMBER;
        quiet = 0;
        member = memberships.apply(new Stay());
        member.start();
        seen = pulls;
    }

    @Override
    public boolean has(TopicPartition partition) {
        return member.has(partition);
    }

    @Override
    public void pause(TopicPartition partition, boolean paused) {
        member.pause(partition, paused);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        member.seek(partition, offset);
    }

    @Override
    public void end(Ending how) {
        ending = true;
        if (state == State.AWAY) {
            host.left();
        } else {
            member.end(how);
        }
    }

    @Override
    public void stop() {
        member.stop();
    }

    /** The stage as one membership sees it: its end is that of the stream unless it gives up. */
    private final class Stay implements StageHost {
        private boolean isGivenUp() {
            return state == State.GIVING_UP && !ending;
        }

        @Override
        public void left() {
            if (isGivenUp()) {
                gone();
            } else {
                host.left();
            }
        }

        /** Who is thrown out while it leaves has left. */
        @Override
        public void failed(Throwable error) {
            if (!isGivenUp()) {
                host.failed(error);
            }
        }

        @Override
        public void enqueue(Runnable event) {
            host.enqueue(event);
        }

        @Override
        public void later(Runnable step, long nanos) {
            host.later(step, nanos);
        }

        @Override
        public boolean isWanted() {
            return host.isWanted();
        }

        @Override
        public void finish() {
            host.finish();
        }
    }
}
