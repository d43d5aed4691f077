package io.tailrace.benchmarks.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all of them have. */
final class ClusterOptions {
    @Option(names = "--flush", paramLabel = "batch|os", description = "Of the nodes. Default: ${DEFAULT-VALUE}.")
    String flush = "batch";

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where data and logs lie, and stay. Default: a temporary directory, deleted afterwards.")
    @Nullable
    Path directory;

    @Option(
            names = "--node-option",
            paramLabel = "OPTION",
            description = "Of each node's JVM, beside -XX:+UseParallelGC -XX:MaxNewSize=256m; %%n is its directory.")
    List<String> nodeOptions = new ArrayList<>();

    BenchCluster cluster() throws IOException {
        List<String> options = new ArrayList<>(List.of("-XX:+UseParallelGC", "-XX:MaxNewSize=256m"));
        options.addAll(nodeOptions);
        return new BenchCluster(directory, flush, options);
    }

    static ObjectNode result(String bench) {
        return new ObjectMapper().createObjectNode().put("bench", bench);
    }

    static double rounded(double figure) {
        return Math.round(figure * 1000) / 1000.0;
    }
}
