package io.tailrace.cluster.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicCatalogTest {
    @TempDir
    Path directory;

    private Path file;
    private TopicCatalog catalog;

    @BeforeEach
    void open() {
        file = directory.resolve("catalog");
        catalog = reopened();
    }

    private TopicCatalog reopened() {
        return new TopicCatalog(new DiskFileStore(), file, Runnable::run);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).satisfies(thrown -> {
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            assertThat(cause).isInstanceOf(TailraceException.class);
            assertThat(((TailraceException) cause).code()).isEqualTo(code);
            assertThat(cause.getMessage()).doesNotContain("\n");
        });
    }

    @Test
    void topicsAreThereAfterARestart() {
        TopicSettings settings = new TopicSettings(5000, 2 << 20, 77, TimestampType.LOG_APPEND_TIME, -1, -1);
        Topic one = join(catalog.create(NewTopic.of("b", 3)));
        Topic two = join(catalog.create(NewTopic.of("a", 1).withSettings(settings)));
        TopicCatalog again = reopened();
        assertThat(join(again.list())).containsExactly(two, one);
        assertThat(join(again.describe("a")).settings()).isEqualTo(settings);
        assertThat(again.topicOf(one.partition(2))).contains(one);
        assertThat(again.topicOf(new PartitionId(one.id(), 3))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "ä", "a b", "../x", "a\u0000", "x\ny"})
    void aBadNameIsRefused(String name) {
        assertCode(ErrorCode.INVALID_TOPIC_NAME, () -> join(catalog.create(NewTopic.of(name, 1))));
        assertCode(ErrorCode.INVALID_TOPIC_NAME, () -> join(catalog.describe(name)));
    }

    @Test
    void aNameHasAtMost249Characters() {
        join(catalog.create(NewTopic.of("x".repeat(249), 1)));
        assertCode(ErrorCode.INVALID_TOPIC_NAME, () -> join(catalog.create(NewTopic.of("x".repeat(250), 1))));
    }

    @Test
    void whatIsThereIsNotMadeAgain() {
        join(catalog.create(NewTopic.of("a", 1)));
        assertCode(ErrorCode.TOPIC_EXISTS, () -> join(catalog.create(NewTopic.of("a", 2))));
        assertThat(join(catalog.describe("a")).partitions()).isEqualTo(1);
    }

    @Test
    void whatIsNotThereIsUnknown() {
        assertCode(ErrorCode.UNKNOWN_TOPIC, () -> join(catalog.describe("nobody")));
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertCode(ErrorCode.INVALID_SETTING, () -> join(catalog.create(NewTopic.of("a", 0))));
        assertCode(ErrorCode.INVALID_SETTING, () -> join(catalog.create(NewTopic.of("a", 10_001))));
        assertCode(
                ErrorCode.INVALID_SETTING,
                () -> join(catalog.create(NewTopic.of("a", 1)
                        .withSettings(new TopicSettings(3 << 20, 2 << 20, 1, TimestampType.CREATE_TIME, -1, -1)))));
    }

    @Test
    void aFlippedBitAnywhereStopsTheNodeRatherThanLoseATopic() throws IOException {
        join(catalog.create(NewTopic.of("a", 1)));
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file, bad);
            assertCode(ErrorCode.CORRUPT_LOG, this::reopened);
        }
        Files.write(file, good);
        assertThat(join(reopened().list())).hasSize(1);
    }
}
