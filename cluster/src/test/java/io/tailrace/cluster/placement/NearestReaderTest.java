package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NearestReaderTest {
    private static final String SELF = "self";
    private static final String NEAR = "near";
    private static final String LEADER = "leader";

    /** Says who leads, and where the log ends there. */
    private static final class FakeLeader implements PartitionLeader {
        private String node = LEADER;
        private long end = 100;
        private final List<String> forgotten = new ArrayList<>();

        @Override
        public CompletionStage<String> node() {
            return CompletableFuture.completedStage(node);
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            return CompletableFuture.completedStage(new OffsetRange(0, end));
        }

        @Override
        public void forgetAt(String nodeId) {
            forgotten.add(nodeId);
        }
    }

    /** Parks what it is asked until the test answers, or fails it at once. */
    private static final class FakeReader implements PartitionReader {
        private final List<CompletableFuture<Fetched>> fetches = new ArrayList<>();
        private @Nullable TailraceException failure;
        private boolean closed;

        @Override
        public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
            CompletableFuture<Fetched> fetched = new CompletableFuture<>();
            fetches.add(fetched);
            if (failure != null) {
                fetched.completeExceptionally(failure);
            }
            return fetched;
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            throw new AssertionError("The leader says that");
        }

        @Override
        public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
            return CompletableFuture.completedStage(OptionalLong.of(timestampMillis));
        }

        @Override
        public void close() {
            closed = true;
            fetches.forEach(fetch -> fetch.completeExceptionally(new TailraceException(ErrorCode.CLOSED, "closed")));
        }
    }

    /** What a fetch comes to. */
    private record Answer(CompletableFuture<Fetched> fetched) {
        boolean isThere() {
            return fetched.isDone();
        }

        ErrorCode code() {
            assertThat(fetched).isCompletedExceptionally();
            return ((TailraceException) fetched.handle((value, failure) -> Failures.cause(failure))
                            .join())
                    .code();
        }
    }

    private final FakeLeader leader = new FakeLeader();
    private final Map<String, FakeReader> readers = new HashMap<>();
    private final List<Runnable> later = new ArrayList<>();
    private @Nullable ReplicaState own;
    private @Nullable String near;
    private final NearestReader reader = new NearestReader(
            leader,
            SELF,
            () -> Optional.ofNullable(own),
            leads -> Optional.ofNullable(near).filter(node -> !node.equals(leads)),
            this::at,
            (Duration delay, Runnable what) -> later.add(what));

    private FakeReader at(String node) {
        FakeReader before = readers.get(node);
        if (before == null || before.closed) {
            readers.put(node, new FakeReader());
        }
        return readers.get(node);
    }

    private Answer fetch(long offset) {
        return new Answer(reader.fetch(offset, 1000).toCompletableFuture());
    }

    private void runLater() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void theOwnReplicaIsReadWhileItHasWhatIsWanted() {
        own = new ReplicaState(false, false, 50);
        fetch(50);
        assertThat(readers.keySet()).containsExactly(SELF);
        fetch(51);
        assertThat(readers.keySet()).containsExactlyInAnyOrder(SELF, LEADER);
    }

    @Test
    void aReplicaOfTheOwnRackIsReadRatherThanTheLeaders() {
        near = NEAR;
        fetch(10);
        assertThat(readers.keySet()).containsExactly(NEAR);
        leader.node = NEAR;
        near = LEADER;
        fetch(10);
        assertThat(readers.keySet()).containsExactlyInAnyOrder(NEAR, LEADER);
    }

    @Test
    void withoutOneNearTheLeaderIsRead() {
        fetch(10);
        assertThat(readers.keySet()).containsExactly(LEADER);
    }

    @Test
    void whatANearReplicaDoesNotHaveYetTheLeaderHas() {
        near = NEAR;
        at(NEAR).failure = new OffsetOutOfRangeException("behind", 0, 5);
        fetch(10);
        assertThat(at(LEADER).fetches).hasSize(1);
        fetch(11);
        assertThat(at(NEAR).fetches).as("it is asked again").hasSize(2);
    }

    @Test
    void aNearReplicaThatCannotBeReadIsLeftAloneForAWhile() {
        near = NEAR;
        at(NEAR).failure = new TailraceException(ErrorCode.CORRUPT_LOG, "flipped");
        Answer first = fetch(10);
        fetch(10);
        assertThat(at(NEAR).fetches).hasSize(1);
        assertThat(at(LEADER).fetches).hasSize(2);
        assertThat(first.isThere()).isFalse();
    }

    @Test
    void anOffsetThatIsGoneIsGoneEverywhere() {
        near = NEAR;
        at(NEAR).failure = new OffsetOutOfRangeException("gone", 20, 50);
        assertThat(fetch(10).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(readers).doesNotContainKey(LEADER);
    }

    @Test
    void whoWaitsAtAReplicaThatHasFallenBehindGoesOnAtTheLeaders() {
        near = NEAR;
        Answer waiting = fetch(50);
        FakeReader stale = at(NEAR);
        runLater();
        assertThat(stale.closed).as("it has a moment to come").isFalse();
        runLater();
        assertThat(stale.closed).isTrue();
        assertThat(at(LEADER).fetches).hasSize(1);
        assertThat(waiting.isThere()).isFalse();
        fetch(50);
        assertThat(at(LEADER).fetches).as("and stays there for a while").hasSize(2);
    }

    @Test
    void whoWaitsAtTheTailWaitsOn() {
        near = NEAR;
        leader.end = 50;
        Answer waiting = fetch(50);
        runLater();
        runLater();
        assertThat(waiting.isThere()).isFalse();
        assertThat(readers.keySet()).containsExactly(NEAR);
    }

    @Test
    void aLeaderThatWasSucceededSendsNobodyAway() {
        at(LEADER).failure = new OffsetOutOfRangeException("behind", 0, 5);
        assertThat(fetch(60).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(fetch(101).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void aLeaderThatIsGoneIsAskedForOnceMore() {
        at(LEADER).failure = new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "gone");
        assertThat(fetch(10).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(at(LEADER).fetches).hasSize(2);
        assertThat(leader.forgotten).containsOnly(LEADER);
    }

    @Test
    void theEndIsWhatAQuorumConfirms() throws Exception {
        own = new ReplicaState(false, false, 50);
        assertThat(reader.offsets().toCompletableFuture().get()).isEqualTo(new OffsetRange(0, 100));
    }

    @Test
    void closingEndsWhatWaits() {
        Answer waiting = fetch(50);
        reader.close();
        assertThat(waiting.code()).isEqualTo(ErrorCode.CLOSED);
    }
}
