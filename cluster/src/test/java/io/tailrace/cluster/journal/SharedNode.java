package io.tailrace.cluster.journal;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A node for all tests of a class: each takes persistence ids of its own. */
abstract class SharedNode {
    @TempDir
    static Path data;

    static Tailrace node;

    @BeforeAll
    static void startNode() {
        node = Tailrace.start(
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString(), "tailrace.flush", "os")));
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }
}
