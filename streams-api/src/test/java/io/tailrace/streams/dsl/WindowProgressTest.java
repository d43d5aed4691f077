package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.MemoryBytesStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WindowProgressTest {
    private final MemoryBytesStore bytes = new MemoryBytesStore();

    private WindowProgress<String> open() {
        return WindowProgress.builder("p", Serdes.strings()).build(store -> bytes);
    }

    private static List<String> close(WindowProgress<String> progress, long latestStart) {
        List<String> closed = new ArrayList<>();
        progress.close(latestStart, (key, start) -> closed.add(String.format("%09d %s", start, key)));
        return closed;
    }

    @Test
    void eachInputHasATimeThatDoesNotGoBackAndIsRemembered() {
        WindowProgress<String> progress = open();
        assertThat(progress.advance(0, 5)).isEqualTo(5);
        assertThat(progress.advance(2, 3)).isEqualTo(3);
        assertThat(progress.advance(0, 4)).isEqualTo(5);
        progress = open();
        assertThat(progress.advance(0, 0)).isEqualTo(5);
        assertThat(progress.advance(1, 0)).isEqualTo(0);
        assertThat(progress.advance(2, 0)).isEqualTo(3);
    }

    @Test
    void eachWindowIsShownOnceByStartAndKeyAlsoAfterItIsOpenedAgain() {
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            TreeSet<String> model = new TreeSet<>();
            WindowProgress<String> progress = open();
            long closed = -1;
            for (int i = 0; i < 80; i++) {
                // Now and then far more than are held at once.
                int count = random.nextInt(20) == 0 ? 600 : random.nextInt(5);
                for (int n = 0; n < count; n++) {
                    long start = closed + 1 + random.nextInt(50);
                    String key = "k" + random.nextInt(40);
                    progress.opened(key, start);
                    model.add(String.format("%09d %s", start, key));
                }
                if (random.nextInt(10) == 0) {
                    progress = open();
                }
                closed += random.nextInt(15);
                List<String> expected = new ArrayList<>(model.headSet(String.format("%09d ~", closed)));
                assertThat(close(progress, closed)).isEqualTo(expected);
                model.removeAll(expected);
            }
            close(progress, Long.MAX_VALUE - 1);
            assertThat(bytes.range(null, null).hasNext()).isFalse();
        }
    }

    @Test
    void anotherFormatIsNotGuessedAt() {
        bytes.put(new byte[5], new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(this::open).hasMessageContaining("format 2");
    }
}
