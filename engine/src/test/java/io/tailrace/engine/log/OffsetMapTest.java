package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.TailraceException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    private static byte[] key(int number) {
        return ("..key-" + number).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean put(OffsetMap map, int number, long offset) {
        byte[] bytes = key(number);
        return map.put(bytes, 2, bytes.length - 2, offset);
    }

    private static long get(OffsetMap map, int number) {
        byte[] bytes = key(number);
        return map.get(bytes, 2, bytes.length - 2);
    }

    @Test
    void itKnowsTheNewestOffsetOfEachKeyAndIsEmptyAfterwards() {
        Random random = new Random(1);
        OffsetMap map = new OffsetMap(24 * 2_000);
        for (int mostKeys : new int[] {2_000, 1_400, Integer.MAX_VALUE, 1_400}) {
            map.clear(mostKeys);
            assertThat(map.latestOffset()).isEqualTo(-1);
            Map<Integer, Long> model = new HashMap<>();
            for (long offset = 0; offset < 5_000; offset++) {
                int number = random.nextInt(1_400);
                assertThat(put(map, number, offset)).isTrue();
                model.put(number, offset);
            }
            for (int number = 0; number < 1_500; number++) {
                assertThat(get(map, number)).isEqualTo(model.getOrDefault(number, -1L));
            }
            assertThat(map.keys()).isEqualTo(model.size());
            assertThat(map.latestOffset()).isEqualTo(4_999);
        }
    }

    @Test
    void whenItIsFullItTakesNoKeyButThoseThatItHas() {
        OffsetMap map = new OffsetMap(24 * 8);
        for (int number = 0; number < 6; number++) {
            assertThat(put(map, number, number)).isTrue();
        }
        assertThat(put(map, 6, 6)).isFalse();
        assertThat(map.latestOffset()).isEqualTo(5);
        assertThat(put(map, 3, 7)).isTrue();
        assertThat(get(map, 3)).isEqualTo(7);
        assertThat(get(map, 6)).isEqualTo(-1);
    }

    @Test
    void itHasRoomForAsManyKeysAsWereAnnounced() {
        OffsetMap map = new OffsetMap(24 * 2_000);
        for (int mostKeys = 0; mostKeys < 1_500; mostKeys += 7) {
            map.clear(mostKeys);
            for (int number = 0; number < mostKeys; number++) {
                assertThat(put(map, number, number)).isTrue();
            }
        }
    }

    @Test
    void withoutRoomForAKeyThereIsNone() {
        assertThatThrownBy(() -> new OffsetMap(24)).isInstanceOf(TailraceException.class);
    }
}
