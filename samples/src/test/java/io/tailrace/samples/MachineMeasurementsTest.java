package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMeasurementsTest {
    @TempDir
    Path directory;

    @Test
    void everyMachineHasMemoryAndADisk() {
        MachineMeasurements machine = new MachineMeasurements(InstantSource.fixed(Instant.ofEpochMilli(77)), directory);
        machine.sample();
        assertThat(machine.sample())
                .allSatisfy(measurement -> {
                    assertThat(measurement.timeMillis()).isEqualTo(77);
                    assertThat(measurement.value()).isFinite();
                })
                .extracting(Measurement::name)
                .contains("disk/usable")
                .anyMatch(name -> name.startsWith("memory/"));
    }

    @Test
    void procIsReadAsSharesAndRatesSinceTheLastCall() throws IOException {
        Proc proc = new Proc(directory);
        assertThat(measure(proc)).as("no /proc here").isEmpty();
        Files.createDirectories(directory.resolve("net"));
        Files.createDirectories(directory.resolve("self"));
        Files.writeString(directory.resolve("meminfo"), "MemTotal: 9 kB\nMemAvailable:   2000 kB\n");
        Files.writeString(directory.resolve("stat"), "cpu0 100 0 0 100 0 0 0\nintr 5\n");
        Files.writeString(directory.resolve("net/dev"), "Inter-| x\n  eth0: 1000 0 0 0 0 0 0 0 2000 0\n");
        Files.writeString(directory.resolve("self/io"), "rchar: 5\nwrite_bytes: 1000000\n");
        measure(proc);
        Files.writeString(directory.resolve("stat"), "cpu0 175 0 0 125 0 0 0\nintr 5\n");
        Files.writeString(directory.resolve("net/dev"), "Inter-| x\n  eth0: 2000 0 0 0 0 0 0 0 5000 0\n");
        Files.writeString(directory.resolve("self/io"), "rchar: 5\nwrite_bytes: 5000000\n");
        assertThat(measure(proc))
                .containsEntry("machine/MemAvailable MB", 2.0)
                .containsEntry("cpu/core0 %", 75.0)
                .containsEntry("network/eth0 kB/s", 2.0)
                .containsEntry("process/write MB/s", 2.0)
                .hasSize(4);
    }

    private static Map<String, Double> measure(Proc proc) {
        Map<String, Double> measured = new HashMap<>();
        proc.measure((name, unit, value) -> measured.put(name + " " + unit, value), 2);
        return measured;
    }
}
