package io.tailrace.test.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.rocks.RocksBackend;
import io.tailrace.streams.state.rocks.RocksMemory;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process that writes a task's state: what is found belongs to the offset that is found with it. About two seconds for each kill. */
class KilledStateTest {
    private static final int KILLS = 3;

    private final Map<String, TreeMap<byte[], byte[]>> model = new HashMap<>();
    private long modelUpTo;

    @TempDir
    Path data;

    @Test
    void offsetAndContentBelongTogether() throws Exception {
        Random random = new Random(5);
        Path state = data.resolve("0_0");
        long before = 0;
        boolean lost = false;
        for (int kill = 0; kill < KILLS; kill++) {
            long applied = before;
            try (WriterProcess writer =
                    WriterProcess.start(new File("target/state-writer.log"), StateWriter.class, state.toString())) {
                for (int lines = 20 + random.nextInt(40); lines > 0; ) {
                    String line = writer.readLine();
                    assertThat(line).as("see target/state-writer.log").isNotNull();
                    if (line.startsWith(StateWriter.APPLIED)) {
                        applied = Long.parseLong(line.substring(StateWriter.APPLIED.length()));
                        lines--;
                    }
                }
                writer.kill();
            }
            try (RocksMemory memory = StateWriter.memory();
                    RocksBackend backend = StateWriter.open(state, memory)) {
                assertThat(backend.appliedUpTo()).isGreaterThanOrEqualTo(before);
                check(backend);
                before = backend.appliedUpTo();
            }
            lost |= before < applied;
        }
        assertThat(before).isPositive();
        assertThat(lost)
                .as("not all was on disk, so that there was something to be torn")
                .isTrue();
    }

    private void check(RocksBackend backend) {
        for (long next = modelUpTo + 1; next <= backend.appliedUpTo(); next++) {
            StateWriter.changes(next)
                    .forEach((store, changes) -> changes.forEach((key, value) -> {
                        Map<byte[], byte[]> ofStore =
                                model.computeIfAbsent(store, name -> new TreeMap<>(Arrays::compareUnsigned));
                        if (value == null) {
                            ofStore.remove(key);
                        } else {
                            ofStore.put(key, value);
                        }
                    }));
        }
        modelUpTo = backend.appliedUpTo();
        model.forEach((store, expected) -> {
            TreeMap<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
            try (Entries<byte[], byte[]> entries = backend.store(store).range(null, null)) {
                while (entries.hasNext()) {
                    KeyValue<byte[], byte[]> entry = entries.next();
                    found.put(Objects.requireNonNull(entry.key()), Objects.requireNonNull(entry.value()));
                }
            }
            assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
            expected.forEach((key, value) -> assertThat(found.get(key)).isEqualTo(value));
        });
    }
}
