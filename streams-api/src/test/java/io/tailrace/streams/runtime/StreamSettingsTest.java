package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.AutoOffsetReset;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application can be told. */
class StreamSettingsTest {
    private static StreamSettings of(String said) {
        return StreamSettings.create(ConfigFactory.parseString("tailrace.streams { " + said + " }")
                .withFallback(ConfigFactory.defaultReference())
                .getConfig(StreamSettings.configPath()));
    }

    @Test
    void defaultsAreTheConfigurations() {
        StreamSettings defaults = StreamSettings.defaults();

        assertThat(defaults.guarantee()).isEqualTo(ProcessingGuarantee.EXACTLY_ONCE);
        assertThat(defaults.commitInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(defaults.stateDirectory()).isNull();
        assertThat(defaults.instanceId()).isNull();
        assertThat(of("")).isEqualTo(defaults);
    }

    @Test
    void everythingCanBeSaidInTheConfiguration() {
        StreamSettings settings =
                of("processing-guarantee = at-least-once, commit-interval = 1 s, max-commit-bytes = 1 MiB,"
                        + " buffered-bytes = 3 MiB, max-task-idle = 5 s, auto-offset-reset = latest, state-directory = /state,"
                        + " restart-backoff { min = 1 s, max = 2 s }, stop-timeout = 3 s, session-timeout = 4 s, instance-id = one,"
                        + " replicas = 2");

        assertThat(settings)
                .isEqualTo(StreamSettings.defaults()
                        .withGuarantee(ProcessingGuarantee.AT_LEAST_ONCE)
                        .withCommitInterval(Duration.ofSeconds(1))
                        .withMaxCommitBytes(1 << 20)
                        .withBufferedBytes(3 << 20)
                        .withMaxTaskIdle(Duration.ofSeconds(5))
                        .withReset(AutoOffsetReset.LATEST)
                        .withStateDirectory(Path.of("/state"))
                        .withRestartBackoff(Duration.ofSeconds(1), Duration.ofSeconds(2))
                        .withStopTimeout(Duration.ofSeconds(3))
                        .withSessionTimeout(Duration.ofSeconds(4))
                        .withInstanceId("one")
                        .withReplicas(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "processing-guarantee = sometimes",
                "commit-interval = 0 s",
                "max-commit-bytes = 1 GiB",
                "buffered-bytes = 0",
                "max-task-idle = -1 s",
                "restart-backoff.max = 1 ms",
                "stop-timeout = 400 days",
                "session-timeout = 0 s",
                "replicas = -1"
            })
    void whatCannotBeIsRefusedByItsName(String said) {
        assertThatThrownBy(() -> of(said)).isInstanceOfSatisfying(TailraceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING);
            assertThat(e.getMessage()).startsWith(said.substring(0, said.indexOf(' ')));
        });
    }
}
