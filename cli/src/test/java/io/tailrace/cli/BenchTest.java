package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
    @TempDir
    Path directory;

    private JsonNode bench(String... args) throws IOException {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run(args)).as(terminal.err()).isZero();
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.outLines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(terminal.out());
        assertThat(json.get("recordsPerSecond").asDouble()).isPositive();
        assertThat(json.get("megabytesPerSecond").asDouble()).isPositive();
        return json;
    }

    private static void hasLatencies(JsonNode json) {
        double before = 0;
        for (String key : new String[] {"p50Millis", "p99Millis", "p999Millis", "maxMillis"}) {
            assertThat(json.get(key).asDouble()).as(key).isPositive().isGreaterThanOrEqualTo(before);
            before = json.get(key).asDouble();
        }
    }

    @Test
    void produceMeasuresThroughputLatencyAndFairness() throws IOException {
        JsonNode json = bench(
                "bench", "produce", "--records", "20000", "--partitions", "2", "--flush", "os", "--format", "json");
        hasLatencies(json);
        assertThat(json.get("records").asLong()).isEqualTo(20000);
        assertThat(json.get("size").asInt()).isEqualTo(100);
        assertThat(json.get("partitions").asInt()).isEqualTo(2);
        assertThat(json.get("flush").asText()).isEqualTo("os");
        assertThat(json.get("slowestPartitionOfMean").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void consumeMeasuresThroughputAndNoLatency() throws IOException {
        JsonNode json = bench(
                "bench",
                "consume",
                "--records",
                "5001",
                "--partitions",
                "2",
                "--compression",
                "lz4",
                "--format",
                "json");
        assertThat(json.has("p50Millis")).isTrue();
        assertThat(json.get("p50Millis").isNull()).isTrue();
        assertThat(json.get("latency").asText()).startsWith("not measured");
    }

    @Test
    void latencyIsMeasuredAtItsRateAndDataAreKeptWhereTheyWereAskedFor() throws IOException {
        Path data = directory.resolve("kept");
        JsonNode json = bench(
                "bench",
                "latency",
                "--records",
                "1000",
                "--rate",
                "2000",
                "--partitions",
                "2",
                "--data-dir",
                data.toString(),
                "--format",
                "json");
        hasLatencies(json);
        assertThat(data).isNotEmptyDirectory();
    }
}
