package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class CommitBookTest {
    private static final PartitionId A = topic(0, 9).partition(0);
    private static final PartitionId B = topic(0, 9).partition(1);

    private final Map<PartitionId, Integer> generations = new HashMap<>(Map.of(A, 2, B, 3));
    private final CommitBook book = new CommitBook(generations::get);

    private static GroupMembership.Commit commit(PartitionId partition, int generation, long offset) {
        return new GroupMembership.Commit(partition, generation, offset, -1, "");
    }

    private CompletableFuture<Done> add(GroupMembership.Commit... commits) {
        CompletableFuture<Done> answer = new CompletableFuture<>();
        book.add(Arrays.asList(commits), answer);
        return answer;
    }

    private static ErrorCode code(CompletableFuture<Done> answer) {
        assertThat(answer).isCompletedExceptionally();
        return Failures.named(answer.handle((done, failure) -> failure).join()).code();
    }

    @Test
    void whatComesWhileOneIsUnderWayGoesIntoTheNextAsOne() {
        CompletableFuture<Done> first = add(commit(A, 2, 10));
        assertThat(book.request()).containsExactly(commit(A, 2, 10));
        CompletableFuture<Done> second = add(commit(A, 2, 30), commit(B, 3, 5));
        CompletableFuture<Done> third = add(commit(A, 2, 20));
        assertThat(book.request()).containsExactly(commit(A, 2, 10));
        long number = book.number();
        book.committed(number - 1, List.of());
        assertThat(first).isNotDone();
        book.committed(number, List.of());
        assertThat(first).isCompleted();
        assertThat(book.request()).containsExactly(commit(A, 2, 30), commit(B, 3, 5));
        assertThat(book.number()).isGreaterThan(number);
        // An answer that comes twice is about the first.
        book.committed(number, List.of());
        assertThat(second).isNotDone();
        book.committed(book.number(), List.of());
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
        assertThat(book.request()).isNull();
    }

    @Test
    void onlyThoseFailWhoseOwnIsStale() {
        CompletableFuture<Done> first = add(commit(A, 2, 10));
        book.request();
        book.committed(book.number(), List.of());
        assertThat(first).isCompleted();
        CompletableFuture<Done> ofA = add(commit(A, 2, 11));
        CompletableFuture<Done> ofB = add(commit(B, 3, 12));
        book.request();
        book.committed(book.number(), List.of(B));
        assertThat(ofA).isCompleted();
        assertThat(code(ofB)).isEqualTo(ErrorCode.STALE_COMMIT);
    }

    @Test
    void whatTheMemberDoesNotHaveIsNotSent() {
        CompletableFuture<Done> stale = add(commit(A, 1, 10));
        assertThat(book.request()).isNull();
        assertThat(code(stale)).isEqualTo(ErrorCode.STALE_COMMIT);
        CompletableFuture<Done> half = add(commit(A, 1, 10), commit(B, 3, 10));
        assertThat(book.request()).containsExactly(commit(B, 3, 10));
        book.committed(book.number(), List.of());
        assertThat(code(half)).isEqualTo(ErrorCode.STALE_COMMIT);
    }

    @Test
    void aRequestIsBounded() {
        String large = "x".repeat(CommittedOffset.MAX_METADATA);
        List<CompletableFuture<Done>> all = new ArrayList<>();
        for (int time = 0; time < 40; time++) {
            all.add(add(new GroupMembership.Commit(A, 2, time, -1, large)));
        }
        assertThat(book.request()).hasSize(1).allMatch(commit -> commit.offset() < 20);
        book.committed(book.number(), List.of());
        assertThat(book.request()).isNotNull();
        assertThat(all).last().satisfies(last -> assertThat(last).isNotDone());
    }

    @Test
    void atTheEndEverybodyIsAnswered() {
        CompletableFuture<Done> underWay = add(commit(A, 2, 1));
        book.request();
        CompletableFuture<Done> waiting = add(commit(A, 2, 2));
        book.end(new TailraceException(ErrorCode.CLOSED, "Over."));
        assertThat(code(underWay)).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(waiting)).isEqualTo(ErrorCode.CLOSED);
        assertThat(book.isBusy()).isFalse();
    }
}
