package io.tailrace.test.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A minute of torture; more with {@code -Dtailrace.torture.seconds=600 -Dtailrace.torture.seed=7}. */
class TortureTest {
    @TempDir
    Path directory;

    @Test
    void nothingIsLostDuplicatedOrMisordered() throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "signals of Unix");
        int seconds = Integer.getInteger("tailrace.torture.seconds", 60);
        long seed = Long.getLong("tailrace.torture.seed", 20_261_121L);
        Torture torture = new Torture(directory, 3, seconds, seed, List.of(Nemesis.Fault.values()));
        Verdict verdict = torture.run();
        System.out.println(verdict.json());
        assertThat(verdict.isGood()).as(torture + ": " + verdict.json()).isTrue();
        assertThat(verdict.acknowledged()).isPositive();
    }
}
