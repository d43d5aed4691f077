package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.node.Tailrace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {
    @TempDir
    Path data;

    @Test
    void theFirstExampleOfTheReadmeDoesWhatItSays() {
        try (Tailrace tailrace = Tailrace.start(data)) {
            assertThat(QuickStart.throughTopic(tailrace, List.of("one", "two", "three")))
                    .containsExactly("0 one", "1 two", "2 three");
        }
    }
}
