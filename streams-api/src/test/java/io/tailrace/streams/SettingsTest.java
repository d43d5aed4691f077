package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.group.Assignor;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final FakeTailrace TAILRACE = new FakeTailrace();

    @AfterAll
    static void close() {
        TAILRACE.close();
    }

    private static ProducerSettings<String, String> producer() {
        return ProducerSettings.create(TAILRACE, Serdes.strings(), Serdes.strings());
    }

    private static ConsumerSettings<String, String> consumer() {
        return ConsumerSettings.create(TAILRACE, Serdes.strings(), Serdes.strings());
    }

    @Test
    void defaultsAreThoseOfTheConfiguration() {
        assertThat(producer().batchBytes()).isEqualTo(256 << 10);
        assertThat(producer().maxInFlightBatches()).isEqualTo(5);
        assertThat(producer().bufferBytes()).isEqualTo(32L << 20);
        assertThat(producer().compression()).isEqualTo(Compression.NONE);
        assertThat(producer().deliveryTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(producer().closeTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(producer().parallelism()).isEqualTo(10_000);
        assertThat(consumer().fetchBytes()).isEqualTo(1 << 20);
        assertThat(consumer().bufferBytes()).isEqualTo(64L << 20);
        assertThat(consumer().autoOffsetReset()).isEqualTo(AutoOffsetReset.EARLIEST);
        assertThat(consumer().decompressionLimit()).isEqualTo(64 << 20);
        assertThat(consumer().stopTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(consumer().groupId()).isNull();
        assertThat(consumer().groupInstanceId()).isNull();
        assertThat(consumer().clientId()).isEmpty();
        assertThat(consumer().assignor()).isEqualTo(Assignor.UNIFORM);
        assertThat(consumer().maxDrain()).isEqualTo(Duration.ofMinutes(1));
        assertThat(consumer().sessionTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(consumer().stallTimeout()).isNull();
        CommitterSettings committer = CommitterSettings.create(TAILRACE);
        assertThat(committer.maxBatch()).isEqualTo(1000);
        assertThat(committer.maxInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(committer.parallelism()).isEqualTo(100);
        assertThat(committer.delivery()).isEqualTo(CommitDelivery.WAIT_FOR_ACK);
        assertThat(committer.when()).isEqualTo(CommitWhen.OFFSET_FIRST_OBSERVED);
    }

    @Test
    void aSectionOfOnesOwnInheritsFromTheDefaults() {
        Config config = ConfigFactory.parseString("""
                        mine = ${tailrace.consumer} { client-id = a }
                        sent = ${tailrace.producer} { compression = zstd }
                        committed = ${tailrace.committer} { max-batch = 7 }
                        """).resolveWith(ConfigFactory.defaultReference());
        ConsumerSettings<String, String> consumer =
                ConsumerSettings.create(TAILRACE, config.getConfig("mine"), Serdes.strings(), Serdes.strings());
        assertThat(consumer.clientId()).isEqualTo("a");
        assertThat(consumer.fetchBytes()).isEqualTo(consumer().fetchBytes());
        assertThat(ProducerSettings.create(TAILRACE, config.getConfig("sent"), Serdes.strings(), Serdes.strings())
                        .compression())
                .isEqualTo(Compression.ZSTD);
        assertThat(CommitterSettings.create(config.getConfig("committed")).maxBatch())
                .isEqualTo(7);
        assertThat(ConfigFactory.defaultReference().hasPath(ConsumerSettings.configPath()))
                .isTrue();
    }

    @Test
    void withersReturnChangedCopies() {
        ProducerSettings<String, String> before = producer();
        ProducerSettings<String, String> after =
                before.withBatchBytes(1000).withCompression(Compression.ZSTD).withMaxInFlightBatches(1);
        assertThat(after.batchBytes()).isEqualTo(1000);
        assertThat(after.compression()).isEqualTo(Compression.ZSTD);
        assertThat(after.maxInFlightBatches()).isEqualTo(1);
        assertThat(before.batchBytes()).isEqualTo(256 << 10);
        assertThat(consumer().withFetchBytes(5).fetchBytes()).isEqualTo(5);
    }

    @Test
    void aStallTimeoutCanBeTakenBack() {
        ConsumerSettings<String, String> watched = consumer().withStallTimeout(Duration.ofMinutes(5));
        assertThat(watched.withClientId("c").stallTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(watched.withStallTimeout(null).stallTimeout()).isNull();
    }

    @Test
    void valuesThatCannotWorkAreRefusedAtOnce() {
        refused(() -> producer().withBatchBytes(0));
        refused(() -> producer().withMaxInFlightBatches(6));
        refused(() -> producer().withBufferBytes(0));
        refused(() -> producer().withParallelism(0));
        refused(() -> producer().withDeliveryTimeout(Duration.ZERO));
        refused(() -> producer().withRetryBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        refused(() -> consumer().withFetchBytes(-1));
        refused(() -> consumer().withStopTimeout(Duration.ofSeconds(-1)));
        refused(() -> consumer().withStallTimeout(Duration.ZERO));
    }

    private static void refused(ThrowingCallable change) {
        assertThatThrownBy(change).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.INVALID_SETTING));
    }

    @Test
    void recordsAndSubscriptionsRefuseWhatCannotBe() {
        assertThatThrownBy(() -> new TopicPartition("t", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProducerRecord.of("t", "v").withPartition(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProducerRecord.of("t", "v").withTimestamp(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subscriptions.assignment()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subscriptions.assignmentWithOffset(new TopicPartition("t", 0), -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subscriptions.assignmentWithOffset(Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
