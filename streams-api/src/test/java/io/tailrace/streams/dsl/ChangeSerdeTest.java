package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serdes;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeSerdeTest {
    private final ChangeSerde<String> serde = new ChangeSerde<>(Serdes.strings());

    @Test
    void changesAreReadAsTheyWereWritten() {
        for (Change<String> change : List.of(
                new Change<>("new", "old"),
                new Change<>("new", null),
                new Change<String>(null, "old"),
                new Change<>("", ""),
                new Change<String>(null, null))) {
            assertThat(serde.deserialize("t", ByteBuffer.wrap(serde.serialize("t", change))))
                    .isEqualTo(change);
        }
    }

    @Test
    void theBytesAreThoseOfFormatOne() {
        assertThat(serde.serialize("t", new Change<>("ab", "c"))).containsExactly(1, 0, 0, 0, 2, 1, 'a', 'b', 'c');
    }

    @Test
    void anotherFormatIsNotGuessedAt() {
        assertThatThrownBy(() -> serde.deserialize("t", ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 0, 0})))
                .hasMessageContaining("format 2");
    }
}
