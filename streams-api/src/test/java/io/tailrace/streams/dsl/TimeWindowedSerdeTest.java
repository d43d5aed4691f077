package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeWindowedSerdeTest {
    private final Serde<Windowed<String>> serde =
            WindowedSerdes.timeWindowed(Serdes.strings(), Duration.ofMillis(1_000));

    @Test
    void theStartComesBehindTheKey() {
        assertThat(serde.serialize("t", new Windowed<>("ab", new Window(258, 1_258))))
                .containsExactly('a', 'b', 0, 0, 0, 0, 0, 0, 1, 2);
    }

    @Test
    void keysAreReadAsTheyWereWritten() {
        for (String key : new String[] {"", "a", "long key"}) {
            Windowed<String> windowed = new Windowed<>(key, new Window(258, 1_258));
            byte[] bytes = serde.serialize("t", windowed);
            ByteBuffer within =
                    ByteBuffer.allocate(bytes.length + 2).put(2, bytes).position(2);
            assertThat(serde.deserialize("t", within)).isEqualTo(windowed);
        }
    }

    @Test
    void lessThanAStartIsRefused() {
        assertThatThrownBy(() -> serde.deserialize("t", ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7 bytes");
    }
}
